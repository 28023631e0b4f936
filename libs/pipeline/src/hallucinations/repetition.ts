import { deflateSync } from 'node:zlib';
import { Stretch } from '../stretch';
import { isSaidAgain, TimedWord } from './said-again';

/** Text that gets so much smaller says the same over and over. Whisper's own threshold, for its windows of 30 seconds. */
const MAX_COMPRESSION = 2.4;
export const WINDOW_SECONDS = 30;
/** Shorter texts compress by accident. */
const MIN_CHARACTERS = 80;
/** Said so many times in a row, a word or phrase is taken for a loop. */
const MAX_TIMES = 8;
/** With compression as second evidence fewer do, of phrases that nobody repeats word for word. */
const MAX_TIMES_COMPRESSED = 4;
const LONG_PHRASE_WORDS = 4;
const MAX_PHRASE_WORDS = 40;
/** Copies that people may really have said. */
const KEPT_COPIES = 2;

/** A word on the time line of a chunk. */
export interface TimedKey extends TimedWord {
  /** The provider's own measure of the text around, where it can be believed. */
  compressionRatio?: number | undefined;
}

/** Indexes of words; `to` is not included. */
export interface Run {
  from: number;
  to: number;
}

/** How many times smaller a text gets by compression; 0 for one too short to tell. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  if (text.length < MIN_CHARACTERS) return 0;
  return bytes.length / deflateSync(bytes).length;
}

/**
 * The repeated copies of words and phrases in a loop, without the first ones. In order; runs do not overlap.
 *
 * @param speech where people speak, in seconds from the start of the chunk; empty where that was not measured
 */
export function repeatedCopies(words: readonly TimedKey[], speech: readonly Stretch[] = []): Run[] {
  const loops: (Run & { period: number })[] = [];
  for (let period = 1; period <= MAX_PHRASE_WORDS; period += 1) {
    for (const run of periodicRuns(words, period)) {
      const isNew = loops.every((loop) => run.to <= loop.from || loop.to <= run.from);
      if (isNew && isLoop(words, run, period, speech)) loops.push({ ...run, period });
    }
  }
  return loops
    .map(({ from, to, period }) => ({ from: from + KEPT_COPIES * period, to }))
    .sort((a, b) => a.from - b.from);
}

/** The longest runs in which every word is the one that stood `period` words before. */
function periodicRuns(words: readonly TimedKey[], period: number): Run[] {
  const runs: Run[] = [];
  let same = 0;
  for (let at = period; at <= words.length; at += 1) {
    if (at < words.length && words[at]?.key === words[at - period]?.key) {
      same += 1;
      continue;
    }
    if (same >= period) runs.push({ from: at - same - period, to: at });
    same = 0;
  }
  return runs;
}

function isLoop(words: readonly TimedKey[], run: Run, period: number, speech: readonly Stretch[]): boolean {
  const times = Math.floor((run.to - run.from) / period);
  if (times >= MAX_TIMES) return true;
  if (times < MAX_TIMES_COMPRESSED || period < LONG_PHRASE_WORDS) return false;
  const copies = words.slice(run.from, run.to);
  const saidSo = copies.some((word) => (word.compressionRatio ?? 0) > MAX_COMPRESSION);
  const isCompressed = saidSo || compressionRatio(windowFrom(words, run.from)) > MAX_COMPRESSION;
  return isCompressed && !isSaidAgain(copies, period, speech);
}

/** What is said in the 30 seconds from a word on. */
function windowFrom(words: readonly TimedKey[], from: number): string {
  const end = (words[from]?.start ?? 0) + WINDOW_SECONDS;
  return words
    .slice(from)
    .filter(({ start }) => start < end)
    .map(({ key }) => key)
    .join(' ');
}
