import { RawSegment } from './raw-segment';

/**
 * Adds what an answer's full text holds and its segments lack, in its place and without times. Nothing is added when the
 * segments are not parts of the text in order, such as a translation: what they lack cannot be told then.
 *
 * @param segments in the order of the answer
 */
export function withMissingText(segments: readonly RawSegment[], text: string): RawSegment[] {
  const whole = lettersOf(text);
  const complete: RawSegment[] = [];
  let at = 0;
  for (const segment of segments) {
    const { letters } = lettersOf(segment.text);
    const found = whole.letters.indexOf(letters, at);
    if (found < 0) return segments.length === 0 ? [] : [...segments];
    complete.push(...missing(text, whole, at, found), segment);
    at = found + letters.length;
  }
  return [...complete, ...missing(text, whole, at, whole.letters.length)];
}

interface Letters {
  letters: string;
  /** Place of each letter in the text. */
  places: number[];
}

function lettersOf(text: string): Letters {
  const letters: string[] = [];
  const places: number[] = [];
  for (const { 0: letter, index } of text.matchAll(/[\p{L}\p{N}\p{M}]/gu)) {
    // Lower case may be longer than the letter itself.
    for (const unit of letter.toLowerCase().split('')) {
      letters.push(unit);
      places.push(index);
    }
  }
  return { letters: letters.join(''), places };
}

function missing(text: string, { places }: Letters, from: number, to: number): RawSegment[] {
  if (to <= from) return [];
  const start = places[from] ?? 0;
  const end = places[to] ?? text.length;
  const lost = text.slice(start, end).trim();
  return lost === '' ? [] : [{ start: null, end: null, text: lost }];
}
