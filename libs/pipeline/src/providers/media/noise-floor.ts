import { LoudnessCurve } from './ffmpeg/loudness';

/** Background noise changes: its level is estimated anew for each block, from the window around it. */
const BLOCK_SECONDS = 5;
/** Long enough to hold some pauses, however densely people speak. */
const WINDOW_SECONDS = 60;
/** The share of a window that is taken to be background: only the quietest moments. */
const FLOOR_SHARE = 0.05;
const LOWEST_SHARE = 0.01;

/** Nothing below is worth hearing; digital silence in a file must not make its faint noise a sound. */
const LOWEST_FLOOR_DECIBELS = -75;
/** A steady sound that is louder than this is no background: the recording shows none. */
const HIGHEST_FLOOR_DECIBELS = -25;
/** Without a background, what is this much quieter than the sound is silent. */
const BELOW_STEADY_SOUND_DECIBELS = 20;

/** How far sound rises above the floor: more where the noise itself is unsteady. */
const MARGIN_DECIBELS = 3.5;
const MARGIN_PER_SPREAD = 2.5;
const MAX_MARGIN_DECIBELS = 8;

/**
 * The level above which a frame is sound, for each frame. It is measured against the recording's own background: a low
 * percentile over a sliding window, so that a noisy room has pauses too, and a quiet voice in a quiet room is heard.
 *
 * Where it errs, it errs towards sound: after the background has grown louder it is taken for sound for half a window.
 *
 * @returns dBFS by frame
 */
export function soundThresholds({ decibels, frameSeconds }: LoudnessCurve): Float32Array {
  const levels = Float32Array.from(decibels);
  const thresholds = new Float32Array(levels.length);
  const block = Math.max(1, Math.round(BLOCK_SECONDS / frameSeconds));
  const window = Math.min(levels.length, Math.max(1, Math.round(WINDOW_SECONDS / frameSeconds)));
  for (let from = 0; from < levels.length; from += block) {
    const centred = Math.round(from + block / 2 - window / 2);
    // At the ends of the recording the window keeps its length.
    const begin = Math.min(Math.max(0, centred), levels.length - window);
    thresholds.fill(thresholdOf(levels.slice(begin, begin + window)), from, from + block);
  }
  return thresholds;
}

/** @param levels of one window; they are sorted in place */
function thresholdOf(levels: Float32Array): number {
  levels.sort();
  const at = (share: number): number => levels[Math.floor(levels.length * share)] ?? LOWEST_FLOOR_DECIBELS;
  const floor = at(FLOOR_SHARE);
  if (floor > HIGHEST_FLOOR_DECIBELS) return floor - BELOW_STEADY_SOUND_DECIBELS;
  const spread = floor - at(LOWEST_SHARE);
  return (
    Math.max(floor, LOWEST_FLOOR_DECIBELS) +
    Math.min(MAX_MARGIN_DECIBELS, MARGIN_DECIBELS + MARGIN_PER_SPREAD * spread)
  );
}
