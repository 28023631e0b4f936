import { Aligned, align } from './align';
import { middleOf, PlacedWord } from './placed-words';

/** Words further from the overlap than their times may be off cannot have been heard by both sides. */
const REACH_SECONDS = 0.6;
/** Without usable times, only a common text of this length shows where two sides meet. */
const MIN_COMMON_WORDS = 2;
/** Times that may be off by more than this say nothing about where a word lies in an overlap. */
const USELESS_UNCERTAINTY = 5;
/** Nobody says more words in a second. */
const WORDS_PER_SECOND = 6;

export interface Overlap {
  start: number;
  end: number;
}

/**
 * Joins two chunks that share some seconds: every word that either of them heard comes out once, in order. A word that both
 * heard is taken from the earlier chunk up to the middle of the overlap and from the later one after it: near its
 * edge a chunk hears badly.
 */
export function joinOverlap(
  before: readonly PlacedWord[],
  after: readonly PlacedWord[],
  overlap: Overlap,
): PlacedWord[] {
  const from = firstShared(before, overlap);
  const to = lastShared(after, overlap);
  const aligned = align(before.slice(from), after.slice(0, to), overlap);
  const shared = isPlausible([...before.slice(from), ...after.slice(0, to)], aligned)
    ? onceEach(aligned, overlap)
    : [...before.slice(from), ...after.slice(0, to)];
  return [...before.slice(0, from), ...shared, ...after.slice(to)];
}

function firstShared(words: readonly PlacedWord[], { start, end }: Overlap): number {
  const index = words.findIndex((word) => word.end + word.uncertainty + REACH_SECONDS > start);
  const most = words.length - Math.ceil((end - start) * WORDS_PER_SECOND) - 2;
  return index < 0 ? words.length : Math.max(index, most, 0);
}

function lastShared(words: readonly PlacedWord[], { start, end }: Overlap): number {
  const index = words.findLastIndex((word) => word.start - word.uncertainty - REACH_SECONDS < end);
  const most = Math.ceil((end - start) * WORDS_PER_SECOND) + 2;
  return Math.min(index + 1, most, words.length);
}

/** Words without usable times must not be taken for the same because both sides happen to say "the". */
function isPlausible(words: readonly PlacedWord[], aligned: readonly Aligned[]): boolean {
  if (words.every(({ uncertainty }) => uncertainty <= USELESS_UNCERTAINTY)) return true;
  const isSame = ({ before, after }: Aligned): boolean => before !== undefined && before.key === after?.key;
  const first = aligned.findIndex(isSame);
  const last = aligned.findLastIndex(isSame);
  const same = aligned.filter(isSame).length;
  return same >= MIN_COMMON_WORDS && same / (last - first + 1) >= 0.6;
}

/** A word that both heard alike may come from either: lines stay whole where a line begins or ends near the middle. */
function onceEach(aligned: readonly Aligned[], overlap: Overlap): PlacedWord[] {
  const middle = middleOf(overlap);
  const change = changeOver(aligned, overlap);
  return aligned.map((pair, index) => {
    if (!pair.after) return pair.before;
    if (!pair.before) return pair.after;
    const { before, after } = pair;
    if (before.key === after.key) return index < change ? before : after;
    return (middleOf(before) + middleOf(after)) / 2 < middle ? before : after;
  });
}

/** Index of the first word that the later chunk tells: near the middle, where a line of either side begins or ends. */
function changeOver(aligned: readonly Aligned[], overlap: Overlap): number {
  const middle = middleOf(overlap);
  let best = aligned.length;
  let least = Infinity;
  for (let index = 0; index <= aligned.length; index += 1) {
    const [last, next] = [aligned[index - 1], aligned[index]];
    const between = next ?? last;
    const word = between?.before ?? between?.after;
    if (!word) break;
    const breaksNoLine =
      last?.before?.segment !== next?.before?.segment || last?.after?.segment !== next?.after?.segment;
    const time = next ? word.start : word.end;
    const cost = Math.abs(time - middle) + (breaksNoLine ? 0 : overlap.end - overlap.start);
    if (cost < least) [best, least] = [index, cost];
  }
  return best;
}
