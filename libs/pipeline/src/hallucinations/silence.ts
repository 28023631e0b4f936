import { SpeechSegment } from '../providers/speech-to-text';
import { Stretch } from '../stretch';

/** Times of segments are rough: a word may begin a little before its sound. */
const MOSTLY = 0.9;
/** Where only our own measure can be asked, so much around the text must be silent too. */
const MARGIN_SECONDS = 1;
/** Whisper's own thresholds. */
const NO_SPEECH_PROBABILITY = 0.6;
const SURE_LOG_PROBABILITY = -1;

/** A chunk's audio as our own measure sees it, in seconds from its start. */
export interface Heard {
  silences: readonly Stretch[];
  /** Where people speak; left out where that was not measured. */
  speech?: readonly Stretch[] | undefined;
  durationSeconds: number;
}

/**
 * True for text on silence: the recogniser doubts it, and our own measure finds nothing there. A recogniser that never tells
 * its doubts is not believed where the text lies deep within a silence.
 */
export function isOnSilence(segment: SpeechSegment, audio: Heard): boolean {
  const { noSpeechProbability, averageLogProbability } = segment.signals ?? {};
  const tellsDoubts = noSpeechProbability !== undefined || averageLogProbability !== undefined;
  if (!tellsDoubts) return silentShare(withMargin(segment, audio), audio.silences) >= 0.99;
  const doubts =
    (noSpeechProbability ?? 0) > NO_SPEECH_PROBABILITY || (averageLogProbability ?? 0) < SURE_LOG_PROBABILITY;
  return doubts && silentShare(placeOf(segment, audio), audio.silences) >= MOSTLY;
}

/** True where about half of a segment or more is silent. */
export function isHalfSilent(segment: SpeechSegment, audio: Heard): boolean {
  return silentShare(placeOf(segment, audio), audio.silences) >= MOSTLY / 2;
}

/** Seconds of a stretch that are not silent. */
export function secondsOfSound({ start, end }: Stretch, silences: readonly Stretch[]): number {
  const silent = silences.reduce(
    (sum, silence) => sum + Math.max(0, Math.min(end, silence.end) - Math.max(start, silence.start)),
    0,
  );
  return end - start - silent;
}

/** Where text has no times of its own, it may be anywhere in the chunk. */
function placeOf({ start, end, timesEstimated }: SpeechSegment, { durationSeconds }: Heard): Stretch {
  return timesEstimated ? { start: 0, end: durationSeconds } : { start, end };
}

function withMargin(segment: SpeechSegment, audio: Heard): Stretch {
  const { start, end } = placeOf(segment, audio);
  return {
    start: Math.max(0, start - MARGIN_SECONDS),
    end: Math.min(audio.durationSeconds, end + MARGIN_SECONDS),
  };
}

function silentShare(stretch: Stretch, silences: readonly Stretch[]): number {
  const { start, end } = stretch;
  if (end <= start) return silences.some((silence) => silence.start <= start && start <= silence.end) ? 1 : 0;
  return 1 - secondsOfSound(stretch, silences) / (end - start);
}
