import { SeededRandom } from '../fuzz/random';

/** The vocabulary: each word is a sine of one frequency, in hertz. No two are closer than a recogniser can tell. */
export const FREQUENCIES = {
  alpha: 400,
  bravo: 550,
  charlie: 700,
  delta: 900,
  echo: 1_100,
  foxtrot: 1_350,
  golf: 1_650,
  hotel: 2_000,
  india: 2_400,
  juliet: 2_900,
} as const;

export type Word = keyof typeof FREQUENCIES;

export const WORDS = Object.keys(FREQUENCIES) as Word[];

/** A word and when it is said, in seconds from the start of the recording. */
export interface TimedWord {
  start: number;
  end: number;
  word: Word;
}

/** A word of 1.5 s every 3 s, from second 1 on: easy to hear, with pauses that are easy to cut in. */
export function sparseWords(seconds: number, from = 1): TimedWord[] {
  const words: TimedWord[] = [];
  for (let start = from; start + 1.5 <= seconds - 0.2; start += 3) {
    const index = words.length;
    words.push({ start, end: start + 1.5, word: wordAt(index * 3 + Math.floor(index / 10)) });
  }
  return words;
}

/** Words of 0.5 to 0.8 s with pauses of 0.1 to 0.5 s, as fast as people talk: hardly a pause to cut in. */
export function denseWords(seconds: number, random: SeededRandom): TimedWord[] {
  const words: TimedWord[] = [];
  const between = (least: number, most: number): number => least + random.next() * (most - least);
  for (let start = 0.5; ;) {
    const end = start + between(0.5, 0.8);
    if (end > seconds - 0.2) return words;
    words.push({ start: toMilliseconds(start), end: toMilliseconds(end), word: random.pick(WORDS) });
    start = end + between(0.1, 0.5);
  }
}

/** The same words, later (or earlier) by so many seconds. */
export function shifted(words: readonly TimedWord[], seconds: number): TimedWord[] {
  return words.map(({ start, end, word }) => ({ start: start + seconds, end: end + seconds, word }));
}

function wordAt(index: number): Word {
  const word = WORDS[index % WORDS.length];
  if (word === undefined) throw new RangeError('There is no such word');
  return word;
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
