/** A thing found, how well, and by which searches. */
export interface FusedHit<Source extends string> {
  id: string;
  score: number;
  foundBy: Source[];
}

/** Damps the weight of the first ranks; 60 is the value of the paper. */
const K = 60;

/**
 * Merges ranked lists whose scores cannot be compared: each hit counts 1 / (60 + rank) in every list it is in
 * (reciprocal rank fusion; Cormack, Clarke and Büttcher, SIGIR 2009).
 *
 * @param lists ids, best first, by the name of the search
 * @returns best first; equal scores in the order of ids
 */
export function fuseRanks<Source extends string>(
  lists: Readonly<Record<Source, readonly string[]>>,
): FusedHit<Source>[] {
  const hits = new Map<string, FusedHit<Source>>();
  for (const [source, ids] of Object.entries(lists) as [Source, readonly string[]][]) {
    ids.forEach((id, index) => {
      const hit = hits.get(id) ?? { id, score: 0, foundBy: [] };
      hit.score += 1 / (K + index + 1);
      hit.foundBy.push(source);
      hits.set(id, hit);
    });
  }
  return [...hits.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
