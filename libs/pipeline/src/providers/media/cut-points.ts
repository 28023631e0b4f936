import { ChunkPreference } from '../speech-to-text/speech-to-text';
import { LoudnessCurve } from './ffmpeg/loudness';
import { Stretch } from '../../stretch';
import { smooth, SoundMap } from './sound-map';

/** A span to be cut out, in seconds from the start of the recording. */
export interface CutSpan extends Stretch {
  /** Seconds at its start that the span before holds too. */
  overlapSeconds: number;
}

/** Shared by two neighbours where a cut may go through a word. */
const OVERLAP_SECONDS = 5;
/** A pause of this length lies between words. */
const CLEAR_PAUSE_SECONDS = 0.3;
/** At each end of a pause sound may still fade: the cut keeps this far away, or a quarter of the pause. */
const PAUSE_MARGIN_SECONDS = 0.2;
/** The quietest point is looked for at this resolution. */
const POINT_SECONDS = 0.16;

/**
 * Where to cut: in the pause nearest to `targetSeconds` after the last cut, at its quietest point, and never later than
 * `maxSeconds`. Preferred is a clear silence, then a short one, then a pause that only one of the two measures finds. Only
 * where there is no pause is the cut made at the quietest point of all, and the next span begins some seconds earlier. The
 * last span takes the rest, so no stub remains.
 *
 * A short recording (at most `maxSeconds`) is one span.
 */
export function cutSpans(map: SoundMap, { targetSeconds, maxSeconds }: ChunkPreference): CutSpan[] {
  const curve = smooth(map.loudness, POINT_SECONDS);
  const clear = map.silences.filter(({ start, end }) => end - start >= CLEAR_PAUSE_SECONDS);
  const choices = [clear, map.silences, map.voicePauses, map.quietPauses];
  const spans: CutSpan[] = [];
  let start = 0;
  let overlapSeconds = 0;
  while (map.durationSeconds - start > maxSeconds) {
    const range = { start: start + targetSeconds / 2, end: start + maxSeconds };
    const target = start + targetSeconds;
    const inPause = firstOf(choices, (pauses) => cutInPause(curve, pauses, target, range));
    const end = inPause ?? quietestPoint(curve, range);
    spans.push({ start, end, overlapSeconds });
    overlapSeconds = inPause === undefined ? Math.min(OVERLAP_SECONDS, targetSeconds / 4) : 0;
    start = end - overlapSeconds;
  }
  spans.push({ start, end: map.durationSeconds, overlapSeconds });
  return spans;
}

/** The parts of stretches that lie within a span and last `minSeconds`, in seconds from the start of the span. */
export function stretchesWithin(
  { start, end }: Stretch,
  stretches: readonly Stretch[],
  minSeconds: number,
): Stretch[] {
  return stretches.flatMap((stretch) => {
    const from = Math.max(stretch.start, start);
    const to = Math.min(stretch.end, end);
    return to > from && to - from >= minSeconds ? [{ start: from - start, end: to - start }] : [];
  });
}

/** The quietest point of that pause whose quietest point is nearest to the target; undefined if no pause is in range. */
function cutInPause(
  curve: LoudnessCurve,
  pauses: readonly Stretch[],
  target: number,
  range: Stretch,
): number | undefined {
  let best: number | undefined;
  for (const pause of pauses) {
    if (pause.end <= range.start) continue;
    if (pause.start >= range.end) break;
    const margin = Math.min(PAUSE_MARGIN_SECONDS, (pause.end - pause.start) / 4);
    const inner = {
      start: Math.max(pause.start + margin, range.start),
      end: Math.min(pause.end - margin, range.end),
    };
    if (inner.end < inner.start) continue;
    const point = quietestPoint(curve, inner);
    if (best === undefined || Math.abs(point - target) < Math.abs(best - target)) best = point;
  }
  return best;
}

/** The middle of the quietest frame in range; of several that are equally quiet, the one nearest to the middle. */
function quietestPoint({ decibels, frameSeconds }: LoudnessCurve, { start, end }: Stretch): number {
  const middle = (start + end) / 2;
  let best = middle;
  let lowest = Infinity;
  for (let frame = Math.floor(start / frameSeconds); frame < decibels.length; frame += 1) {
    const point = (frame + 0.5) * frameSeconds;
    if (point > end) break;
    if (point < start) continue;
    const level = decibels[frame] ?? 0;
    const isNearer = level === lowest && Math.abs(point - middle) < Math.abs(best - middle);
    if (level < lowest || isNearer) {
      lowest = level;
      best = point;
    }
  }
  return best;
}

function firstOf<Item, Result>(
  items: readonly Item[],
  find: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
