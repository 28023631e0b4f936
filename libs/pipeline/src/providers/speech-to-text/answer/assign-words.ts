import { timesByWords, tokensOf } from '../../../transcript/tokens';
import { RawSegment, RawWord } from './raw-segment';

/**
 * Gives each segment its own words, out of the words of a whole answer. A segment whose text is made of other words gets
 * none.
 *
 * @param segments in the order of the answer
 * @param words in the order of the answer
 */
export function withOwnWords(segments: readonly RawSegment[], words: readonly RawWord[]): RawSegment[] {
  const spoken = words.filter(({ text }) => tokensOf(text).length > 0);
  let next = 0;
  return segments.map((segment, index) => {
    if (segment.words) return segment;
    const tokens = tokensOf(segment.text);
    const own = takeWords(spoken, next, tokens.length);
    const timed = own.map(({ text }) => ({ text, start: 0, end: 0 }));
    // The next words may be the same and yet not its own: a person said the same again.
    const isCopy = segments.slice(0, index).some((one) => isSame(one, segment));
    if (isCopy && own.some((word) => !overlaps(word, segment))) return segment;
    if (tokens.length > 0 && timesByWords(tokens, timed)) {
      next += own.length;
      return { ...segment, words: own };
    }
    next = firstFrom(spoken, next, segments[index + 1]?.start ?? null);
    return segment;
  });
}

function isSame(one: RawSegment, other: RawSegment): boolean {
  return one.text === other.text && one.start === other.start && one.end === other.end;
}

function overlaps(word: RawWord, { start, end }: RawWord): boolean {
  return (word.start ?? 0) <= (end ?? Infinity) && (word.end ?? Infinity) >= (start ?? 0);
}

/** The words from `next` on that make up so many tokens. */
function takeWords(words: readonly RawWord[], next: number, tokens: number): RawWord[] {
  const taken: RawWord[] = [];
  let left = tokens;
  for (let at = next; left > 0 && at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    taken.push(word);
    left -= tokensOf(word.text).length;
  }
  return taken;
}

/** After a segment of other words: the first word that begins with the next segment or after it. */
function firstFrom(words: readonly RawWord[], next: number, start: number | null): number {
  if (start === null) return next;
  const at = words.findIndex((word, index) => index >= next && (word.start ?? -1) >= start);
  return at < 0 ? next : at;
}
