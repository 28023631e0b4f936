import { RawSegment } from './raw-segment';

/** How many of the unit make a second, in order of how often servers use them: ms, ns, µs, 100 ns, 10 ms, samples. */
const SMALLER_UNITS = [1_000, 1e9, 1e6, 1e7, 100, 16_000, 48_000, 44_100];
/** Whisper pads the audio to 30 seconds and may name times in the padding. */
const PADDING_SECONDS = 30;
/** Nobody speaks faster or slower, in characters a second over a whole answer. */
const FASTEST = 30;
const SLOWEST = 0.3;
/** More characters a second than that cannot be seconds. */
const IMPOSSIBLE = 60;
/** A shorter text proves nothing about speed. */
const ENOUGH_CHARACTERS = 100;

/**
 * Finds the unit of an answer's times by comparing them with the length of the audio and with how fast people speak.
 *
 * @param declaredDuration the length of the audio in the answer's own words, where it gives one
 * @returns how many units make a second, 1 for seconds; undefined when no unit makes sense of the times
 */
export function unitsPerSecond(
  segments: readonly RawSegment[],
  durationSeconds: number,
  declaredDuration: number | null,
): number | undefined {
  const timed = segments.filter(({ start, end }) => start !== null || end !== null);
  if (timed.length === 0 || isAllZero(timed)) return undefined;
  const speed = charactersPerUnit(timed);
  const fits = (units: number, slack: number): boolean =>
    shareWithin(timed, units * durationSeconds, units * (durationSeconds + slack)) >= 0.5;
  const isSpeech = (units: number): boolean =>
    speed === undefined || (speed * units <= FASTEST && speed * units >= SLOWEST);
  if (fits(1, PADDING_SECONDS)) {
    const impossible = speed !== undefined && speed > IMPOSSIBLE && charactersOf(timed) >= ENOUGH_CHARACTERS;
    if (!impossible) return 1;
    return [1 / 60].find((units) => fits(units, 0.5) && isSpeech(units));
  }
  const declared = SMALLER_UNITS.filter(
    (units) => declaredDuration !== null && Math.abs(declaredDuration / durationSeconds / units - 1) < 0.1,
  );
  const slack = Math.max(1, durationSeconds / 20);
  return [...declared, ...SMALLER_UNITS].find((units) => fits(units, slack) && isSpeech(units));
}

/** Some servers fill in zeros for times that they do not have. */
function isAllZero(segments: readonly RawSegment[]): boolean {
  return segments.every(({ start, end }) => (start ?? 0) === 0 && (end ?? 0) === 0);
}

/** Share of segments that begin before `end` and do not end after `latest`. */
function shareWithin(segments: readonly RawSegment[], end: number, latest: number): number {
  const within = segments.filter((one) => {
    const start = one.start ?? one.end ?? 0;
    return start < end && (one.end ?? start) <= latest;
  });
  return within.length / segments.length;
}

/** Undefined when no segment has a length. */
function charactersPerUnit(segments: readonly RawSegment[]): number | undefined {
  const lasting = segments.filter(({ start, end }) => start !== null && end !== null && end > start);
  const length = lasting.reduce((sum, { start, end }) => sum + (end ?? 0) - (start ?? 0), 0);
  return length > 0 ? charactersOf(lasting) / length : undefined;
}

function charactersOf(segments: readonly RawSegment[]): number {
  return segments.reduce((sum, { text }) => sum + text.length, 0);
}
