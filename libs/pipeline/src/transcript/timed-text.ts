import { SpeechSegment } from '../providers/speech-to-text/speech-to-text';
import { timesByLength, timesByWords, Token, tokensOf, WordTimes } from './tokens';

/** A segment with the times of each of its words: the recogniser's, else by their share of the text. */
export interface TimedTokens {
  segment: SpeechSegment;
  tokens: Token[];
  times: WordTimes[];
}

export function timedTokens(segment: SpeechSegment): TimedTokens {
  const tokens = tokensOf(segment.text);
  const byWords = segment.words && timesByWords(tokens, segment.words);
  return { segment, tokens, times: byWords ?? timesByLength(tokens, segment) };
}

/** What a segment's words from one to another (not included) say, and when. */
export function stretchOf({ segment, tokens, times }: TimedTokens, from: number, to: number): SpeechSegment {
  const { start, end, words, text, ...rest } = segment;
  const slice = (first: number, last: number): string =>
    text.slice(tokens[first]?.from, tokens[last]?.to).trim();
  const own = times.slice(from, to);
  return {
    ...rest,
    start: from === 0 ? start : (own[0]?.start ?? start),
    end: to === tokens.length ? end : (own.at(-1)?.end ?? end),
    text: slice(from, to - 1),
    ...(words && { words: own.map((time, index) => ({ ...time, text: slice(from + index, from + index) })) }),
  };
}
