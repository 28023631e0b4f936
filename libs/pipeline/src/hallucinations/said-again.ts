import { Stretch } from '../stretch';

/** A word with its times, in seconds from the start of the chunk. */
export interface TimedWord extends Stretch {
  /** Lower case, letters and digits only. */
  key: string;
  /** Its times were not told by the recogniser: they prove nothing. */
  timesEstimated?: boolean;
}

/** Times of words are rough by so much. */
const SLACK_SECONDS = 0.3;
/** Nobody speaks faster or slower, in characters a second over a phrase. */
const FASTEST = 30;
const SLOWEST = 4;
/** So much of the time of a copy has to be speech. */
const MOSTLY = 0.7;
/** Said again, a phrase is about as long; a recogniser in a loop lays the same text over whatever else was said. */
const LONGEST_TO_SHORTEST = 1.5;
/** Between the longest and the shortest interval of what a person says again. */
const LEAST_DIFFERENCE_SECONDS = 0.1;

/**
 * True where the sound shows that a person said a phrase over and over: each copy has speech beneath it that lasts about as long as
 * that of the others, and a pause of the sound lies between it and the next. Copies that a recogniser makes up in a loop
 * follow each other at its own pace, over silence, or over other speech.
 *
 * @param words the copies, one after the other
 * @param period how many words the phrase has
 * @param speech where people speak, in order and apart; seconds from the start of the chunk
 */
export function isSaidAgain(
  words: readonly TimedWord[],
  period: number,
  speech: readonly Stretch[],
): boolean {
  if (words.some(({ timesEstimated }) => timesEstimated)) return false;
  return areUtterances(copiesOf(words, period), speech);
}

interface Copy extends Stretch {
  characters: number;
}

function copiesOf(words: readonly TimedWord[], period: number): Copy[] {
  const copies: Copy[] = [];
  for (let at = 0; at + period <= words.length; at += period) {
    const own = words.slice(at, at + period);
    const [first, last] = [own[0], own.at(-1)];
    if (!first || !last) continue;
    const characters = own.reduce((sum, { key }) => sum + key.length + 1, 0);
    copies.push({ start: first.start, end: last.end, characters });
  }
  return copies;
}

function areUtterances(copies: readonly Copy[], speech: readonly Stretch[]): boolean {
  const lengths = copies.map((copy) => secondsOfSpeech(copy, speech));
  const isSpoken = copies.every(({ start, end, characters }, index) => {
    const seconds = lengths[index] ?? 0;
    const speed = characters / seconds;
    return seconds > 0 && seconds >= MOSTLY * (end - start) && speed <= FASTEST && speed >= SLOWEST;
  });
  const isEven = Math.max(...lengths) <= LONGEST_TO_SHORTEST * Math.min(...lengths);
  return (
    isSpoken &&
    isEven &&
    !isClockwork(copies) &&
    copies.every((copy, index) => isApart(copy, copies[index + 1], speech))
  );
}

/** Recognisers in a loop begin the copies at equal intervals, or at whole seconds; people do neither. */
function isClockwork(copies: readonly Copy[]): boolean {
  const starts = copies.map(({ start }) => start);
  const intervals = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
  const isRegular = Math.max(...intervals) - Math.min(...intervals) < LEAST_DIFFERENCE_SECONDS;
  return isRegular || starts.every((start) => Number.isInteger(start));
}

function secondsOfSpeech({ start, end }: Stretch, speech: readonly Stretch[]): number {
  return speech.reduce(
    (sum, stretch) => sum + Math.max(0, Math.min(end, stretch.end) - Math.max(start, stretch.start)),
    0,
  );
}

/** True where a pause of the sound lies where one copy ends and the next begins. */
function isApart(copy: Stretch, next: Stretch | undefined, speech: readonly Stretch[]): boolean {
  if (!next) return true;
  return speech.some(({ end }, index) => {
    const after = speech[index + 1];
    if (!after) return false;
    const isThere = end <= next.start + SLACK_SECONDS && after.start >= copy.end - SLACK_SECONDS;
    return isThere && end > copy.start && after.start < next.end;
  });
}
