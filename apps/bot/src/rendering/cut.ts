import { RichText } from './markdown-blocks';
import { lengthWithoutTrailingSpace, plainText, Run, sliceRuns } from './rich-text';

/** How well a text can be cut at a place, from best to worst. */
export type CutKind = 'block' | 'line' | 'sentence' | 'word' | 'hard';

export interface Cut {
  readonly kind: CutKind;
  /** Offset in the plain text. */
  readonly at: number;
}

const LINE_END = /\n/g;
const SENTENCE_END = /(?<=[.!?…。！？]["'»”’)\]]*)[^\S\u00a0\u2007\u202f\ufeff]/g;
const WORD_END = /[^\S\u00a0\u2007\u202f\ufeff]/g;
/** White space that nobody misses between two messages: up to the indentation of the next line. */
const BETWEEN = /[^\S\u00a0\u2007\u202f\ufeff]*\n|[^\S\u00a0\u2007\u202f\ufeff]+/y;
/** Longest grapheme that is looked at as one, in code units. */
const GRAPHEME_REACH = 64;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One message's worth of a text: between two offsets of the plain text. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** All pieces of a text, each of at most `limit` UTF-16 code units, with nothing but white space between them. */
export function piecesOf({ runs, blockEnds }: RichText, limit: number): Piece[] {
  const text = plainText(runs);
  const pieces: Piece[] = [];
  let start = 0;
  while (start < text.length) {
    const cut = cutOf(text, blockEnds, start, limit);
    const end = cut?.at ?? text.length;
    pieces.push({ start, end: start + lengthWithoutTrailingSpace(text.slice(start, end)) });
    start = afterSpace(text, end);
  }
  return pieces.filter((piece) => piece.end > piece.start);
}

/** The runs of a piece. */
export function runsOfPiece({ runs }: RichText, { start, end }: Piece): Run[] {
  return sliceRuns(runs, start, end);
}

/**
 * Where to end a message that begins at `start`; undefined when all the rest fits. A good place in the second half is
 * taken before a better one in the first, so that no message is short for the sake of its end.
 *
 * @throws RangeError for a limit below 2, in which a character may not fit
 */
export function cutOf(
  text: string,
  blockEnds: readonly number[],
  start: number,
  limit: number,
): Cut | undefined {
  if (!(limit >= 2)) throw new RangeError('A message takes at least two code units.');
  if (text.length - start <= limit) return undefined;
  // One more than fits: a place is where white space begins, which may be just behind.
  const window = text.slice(start, start + limit + 1);
  const places: [CutKind, number][] = [
    ['block', Math.max(0, (blockEnds.findLast((end) => end <= start + limit) ?? 0) - start)],
    ['line', lastMatch(window, LINE_END)],
    ['sentence', lastMatch(window, SENTENCE_END)],
    ['word', lastMatch(window, WORD_END)],
  ];
  const usable = places.filter(([, at]) => lengthWithoutTrailingSpace(window.slice(0, at)) > 0);
  const [kind, at] = usable.find(([, place]) => place >= limit / 2) ??
    usable[0] ?? ['hard', hardCut(text, start, limit)];
  return { kind, at: start + at };
}

function lastMatch(window: string, pattern: RegExp): number {
  let last = 0;
  for (const { index } of window.matchAll(pattern)) last = index;
  return last;
}

/** Between graphemes where one fits, else between code points. */
function hardCut(text: string, start: number, limit: number): number {
  const near = text.slice(start, start + limit + GRAPHEME_REACH);
  const grapheme = graphemes.segment(near).containing(limit)?.index ?? limit;
  if (grapheme > 0) return grapheme;
  const splitsPair = (near.codePointAt(limit - 1) ?? 0) > 0xffff;
  return splitsPair ? limit - 1 : limit;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    BETWEEN.lastIndex = at;
    const space = BETWEEN.exec(text)?.[0];
    if (space === undefined) return at;
    // Spaces after a line's end are the next line's indentation.
    if (!space.endsWith('\n') && at > from) return at;
    at += space.length;
  }
}
