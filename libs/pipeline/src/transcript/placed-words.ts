import { timesByLength, timesByWords, tokensOf } from './tokens';

/** A segment on the time line of the recording, in seconds. */
export interface PlacedSegment {
  start: number;
  end: number;
  text: string;
  words?: readonly { start: number; end: number; text: string }[] | undefined;
  timesEstimated?: true | undefined;
}

/** A word of a segment on the time line of the recording. */
export interface PlacedWord {
  /** The word in a form that can be compared. */
  key: string;
  /** The word with the punctuation and spaces around it. */
  slice: string;
  start: number;
  end: number;
  /** How far its times may be off, in seconds. */
  uncertainty: number;
  segment: PlacedSegment;
}

/** Recognisers place words to a few tenths of a second. */
const WORD_UNCERTAINTY = 0.2;
/** Where only a segment's times are known, its words are off by up to this share of its length. */
const SHARE_UNCERTAIN = 0.25;

/** The words of a segment; text without a letter or digit is one word that equals no other. */
export function wordsOf(segment: PlacedSegment): PlacedWord[] {
  const { text, start, end, words, timesEstimated } = segment;
  const tokens = tokensOf(text);
  if (tokens.length === 0) return [{ key: '', slice: text, start, end, uncertainty: end - start, segment }];
  const byWords = words && timesByWords(tokens, words);
  const times = byWords ?? timesByLength(tokens, { start, end });
  const guessed = WORD_UNCERTAINTY + (end - start) * (timesEstimated ? 1 : SHARE_UNCERTAIN);
  return tokens.map(({ key, from, to }, index) => ({
    ...{ key, slice: text.slice(from, to), segment },
    start: times[index]?.start ?? start,
    end: times[index]?.end ?? end,
    uncertainty: byWords ? WORD_UNCERTAINTY : guessed,
  }));
}

/** The middle of a word, in seconds. */
export function middleOf({ start, end }: { start: number; end: number }): number {
  return (start + end) / 2;
}
