import { ChunkPreference } from '../speech-to-text/speech-to-text';
import { LoudnessCurve } from './ffmpeg/loudness';

/** A stretch to be cut out, in seconds from the start of the recording. */
export interface CutSpan {
  start: number;
  end: number;
  /** Seconds at its start that the span before holds too. */
  overlapSeconds: number;
}

/** Shared by two neighbours where a cut may go through a word. */
const OVERLAP_SECONDS = 5;
const MIN_SILENCE_SECONDS = 0.3;
/** Nothing louder than this is silence, however loud the rest is. */
const SILENCE_CEILING_DECIBELS = -35;
/** Speech lies well above the background; this much above the quietest tenth still counts as background. */
const ABOVE_BACKGROUND_DECIBELS = 6;

/**
 * Where to cut: at the silence nearest to `targetSeconds` after the last cut, never later than `maxSeconds`. Where
 * there is no silence, at the quietest point, and the next span begins some seconds earlier. The last span takes what
 * is left, so no stub remains.
 *
 * A short recording (at most `maxSeconds`) is one span.
 */
export function cutSpans(curve: LoudnessCurve, { targetSeconds, maxSeconds }: ChunkPreference): CutSpan[] {
  const silences = findSilences(curve).map(({ start, end }) => (start + end) / 2);
  const spans: CutSpan[] = [];
  let start = 0;
  let overlapSeconds = 0;
  while (curve.durationSeconds - start > maxSeconds) {
    const earliest = start + targetSeconds / 2;
    const latest = start + maxSeconds;
    const target = start + targetSeconds;
    const silence = nearest(silences, target, earliest, latest);
    const end = silence ?? quietest(curve, earliest, latest);
    spans.push({ start, end, overlapSeconds });
    overlapSeconds = silence === undefined ? Math.min(OVERLAP_SECONDS, targetSeconds / 4) : 0;
    start = end - overlapSeconds;
  }
  spans.push({ start, end: curve.durationSeconds, overlapSeconds });
  return spans;
}

export interface Silence {
  start: number;
  end: number;
}

/** All stretches of silence, in order, in seconds from the start of the recording. */
export function findSilences({ decibels, frameSeconds }: LoudnessCurve): Silence[] {
  const sorted = [...decibels].sort((a, b) => a - b);
  const background = sorted[Math.floor(sorted.length / 10)] ?? 0;
  const threshold = Math.min(SILENCE_CEILING_DECIBELS, background + ABOVE_BACKGROUND_DECIBELS);
  const silences: Silence[] = [];
  let begin = 0;
  for (let frame = 0; frame <= decibels.length; frame += 1) {
    const level = decibels[frame];
    if (level !== undefined && level <= threshold) continue;
    const seconds = (frame - begin) * frameSeconds;
    if (seconds >= MIN_SILENCE_SECONDS)
      silences.push({ start: begin * frameSeconds, end: frame * frameSeconds });
    begin = frame + 1;
  }
  return silences;
}

/** The parts of silences that lie within a span and last `minSeconds`, in seconds from the start of the span. */
export function silencesWithin(
  { start, end }: { start: number; end: number },
  silences: readonly Silence[],
  minSeconds: number,
): Silence[] {
  return silences.flatMap((silence) => {
    const from = Math.max(silence.start, start);
    const to = Math.min(silence.end, end);
    return to - from >= minSeconds ? [{ start: from - start, end: to - start }] : [];
  });
}

function nearest(
  times: readonly number[],
  target: number,
  earliest: number,
  latest: number,
): number | undefined {
  let best: number | undefined;
  for (const time of times) {
    if (time < earliest || time > latest) continue;
    if (best === undefined || Math.abs(time - target) < Math.abs(best - target)) best = time;
  }
  return best;
}

function quietest({ decibels, frameSeconds }: LoudnessCurve, earliest: number, latest: number): number {
  const first = Math.ceil(earliest / frameSeconds);
  const last = Math.min(decibels.length - 1, Math.floor(latest / frameSeconds) - 1);
  let best = first;
  for (let frame = first; frame <= last; frame += 1) {
    if ((decibels[frame] ?? 0) < (decibels[best] ?? 0)) best = frame;
  }
  return (best + 0.5) * frameSeconds;
}
