import { MeasureTrack } from '../media';
import { LoudnessMeter } from './loudness';

/** Sound is what stands out from the track's own noise floor by this much. */
const ABOVE_FLOOR_DECIBELS = 10;
const SILENT_DECIBELS = -70;

/**
 * Measures a track by loudness alone: how long it is louder than its own noise floor. It cannot tell speech from other
 * sound, so it never reports speech.
 */
export const measureByLoudness: MeasureTrack = async (samples, sampleRate) => {
  const meter = new LoudnessMeter(sampleRate);
  for await (const bytes of samples) meter.add(bytes);
  const { decibels, frameSeconds } = meter.finish();
  const audible = decibels.filter((level) => level > SILENT_DECIBELS);
  const sorted = [...audible].sort((a, b) => a - b);
  const floor = sorted[Math.floor(sorted.length / 10)] ?? 0;
  const standsOut = audible.filter((level) => level >= floor + ABOVE_FLOOR_DECIBELS).length;
  // A track of constant loudness has no floor to stand out from, but is more than silence.
  const soundSeconds = standsOut > 0 ? standsOut * frameSeconds : audible.length * frameSeconds * 0.001;
  return { speechSeconds: 0, soundSeconds };
};
