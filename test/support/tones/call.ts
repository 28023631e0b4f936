import { synthesise } from './synthesise';
import { sparseWords, TimedWord, WORDS } from './words';

/** A call with a channel for each of its two sides, who often speak at the same time. No word is said by both. */
export interface Call {
  /** The words of each side. */
  sides: readonly [TimedWord[], TimedWord[]];
  /** The channels: 48,000 samples per second. */
  channels: [Float32Array, Float32Array];
}

/** @param seed calls of different seeds are different audio with the same words */
export function synthesiseCall(seconds: number, seed = 1): Call {
  const sides = [sideOf(seconds, 0), sideOf(seconds, 1)] as const;
  const channelOf = (side: number): Float32Array =>
    synthesise({ seconds, words: sides[side] ?? [], seed: seed * 2 + side });
  return { sides, channels: [channelOf(0), channelOf(1)] };
}

/** The second side begins each word while the first is still saying one. */
function sideOf(seconds: number, side: number): TimedWord[] {
  const half = WORDS.length / 2;
  return sparseWords(seconds, side + 1).map((timed, index) => ({
    ...timed,
    word: WORDS[side * half + (index % half)] ?? timed.word,
  }));
}
