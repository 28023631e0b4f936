import { RawWord } from './raw-segment';

/**
 * Groups of segments whose times are not their own: different texts that are all said to be at exactly the same time. Some
 * servers give every segment the times of its window, or zeros for times that they do not have. The same text at the same
 * time is a copy, and its time may be right.
 */
export function atOneTime<T extends RawWord>(segments: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const segment of segments) {
    if (segment.start === null && segment.end === null) continue;
    const key = `${segment.start} ${segment.end}`;
    groups.set(key, [...(groups.get(key) ?? []), segment]);
  }
  return [...groups.values()].filter((group) => {
    const isMoment = group.every(({ start, end }) => start === end);
    if (!isMoment) return new Set(group.map(({ text }) => text)).size > 1;
    return group.length > 1 || (groups.size === 1 && isAtOneTime(group));
  });
}

/** True where several texts have one and the same time, or a single one lasts from zero to zero. */
export function isAtOneTime(pieces: readonly RawWord[]): boolean {
  const [first] = pieces;
  if (!first) return false;
  if (pieces.length === 1) return (first.start ?? 0) === 0 && (first.end ?? 0) === 0;
  return pieces.every(({ start, end }) => start === first.start && end === first.end);
}
