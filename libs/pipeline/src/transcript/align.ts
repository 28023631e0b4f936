import { middleOf, PlacedWord } from './placed-words';

/** One word of the joined text: as one side heard it, or both. */
export type Aligned =
  | { before: PlacedWord; after?: undefined }
  | { before?: undefined; after: PlacedWord }
  | { before: PlacedWord; after: PlacedWord };

/** Two equal words at the same time; less the further they are apart, never less than a quarter. */
const SAME = 4;
/** Two different words at the same time are one word that was heard in two ways. */
const HEARD_OTHERWISE = 1.5;
/** Two words that differ in their times by more than this and what is known of their precision are two. */
const SLACK_SECONDS = 0.2;
const MOSTLY_ALIKE = 0.5;

/**
 * Finds which words of two sides are the same, by their texts and times, such that as many as possible are and their order
 * stays. Every word of either side is in the result exactly once.
 *
 * @param before the last words of the earlier chunk, in order
 * @param after the first words of the later chunk, in order
 */
export function align(
  before: readonly PlacedWord[],
  after: readonly PlacedWord[],
  overlap: { start: number; end: number },
): Aligned[] {
  const scoreOf = (one: PlacedWord | undefined, other: PlacedWord | undefined): number =>
    scoreWithin(one, other, overlap);
  const width = after.length + 1;
  // The best score of what begins at a word of either side.
  const best = new Float64Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const together = scoreOf(before[i], after[j]) + (best[(i + 1) * width + j + 1] ?? 0);
      const apart = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = Math.max(together, apart);
    }
  }
  const aligned: Aligned[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [one, other] = [before[i], after[j]];
    const score = best[i * width + j] ?? 0;
    const together = one && other ? scoreOf(one, other) : -Infinity;
    if (one && other && together > 0 && together + (best[(i + 1) * width + j + 1] ?? 0) >= score - 1e-9) {
      aligned.push({ before: one, after: other });
      i += 1;
      j += 1;
    } else if (
      one &&
      (!other || isFirst(one, other, best[(i + 1) * width + j], best[i * width + j + 1], score))
    ) {
      aligned.push({ before: one });
      i += 1;
    } else if (other) {
      aligned.push({ after: other });
      j += 1;
    }
  }
  return aligned;
}

/** Of two words that do not belong together, whether that of the earlier chunk comes first. */
function isFirst(
  before: PlacedWord,
  after: PlacedWord,
  withoutBefore: number | undefined,
  withoutAfter: number | undefined,
  score: number,
): boolean {
  const keeps = (rest: number | undefined): boolean => (rest ?? 0) >= score - 1e-9;
  if (keeps(withoutBefore) && keeps(withoutAfter)) return middleOf(before) <= middleOf(after);
  return keeps(withoutBefore);
}

function scoreWithin(
  before: PlacedWord | undefined,
  after: PlacedWord | undefined,
  { start, end }: { start: number; end: number },
): number {
  if (!before || !after) return -Infinity;
  const apart = Math.abs(middleOf(before) - middleOf(after));
  const allowed = SLACK_SECONDS + before.uncertainty + after.uncertainty;
  if (apart > allowed) return -Infinity;
  if (before.key === after.key && before.key !== '') return SAME * (1 - 0.75 * (apart / allowed) ** 2);
  // Different words are one only when they really lie over each other, where both sides could hear them: a word at the
  // edge counts when the other side heard a part of it.
  const alike = likeness(before.key, after.key);
  const isShared = middleOf(before) >= start && middleOf(after) <= end;
  if (!isShared && alike < MOSTLY_ALIKE) return -Infinity;
  const lengths = (before.end - before.start + after.end - after.start) / 2;
  const near = Math.min(lengths, 0.6) / 2 + Math.min(1, (before.uncertainty + after.uncertainty) / 2);
  return apart > near ? -Infinity : HEARD_OTHERWISE * (1 - 0.5 * (apart / near)) + alike;
}

/** 0 to 1: the share of a word's letters with which the other begins or ends; a cut word keeps one of its ends. */
function likeness(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let [start, end] = [0, 0];
  while (start < shorter && one[start] === other[start]) start += 1;
  while (end < shorter && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return shorter === 0 ? 0 : Math.max(start, end) / Math.max(one.length, other.length);
}
