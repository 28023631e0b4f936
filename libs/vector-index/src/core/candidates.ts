/**
 * Port: finds slots that are likely to hold the nearest vectors, faster than looking at all of them. It may err; the
 * table gives the scores.
 */
export interface Candidates {
  readonly engine: 'faiss-exact' | 'faiss-hnsw';
  /** Vectors in it, dropped ones included. */
  readonly total: number;
  /** Vectors in it that no slot stands for any more: they cost memory and time until a new copy is made. */
  readonly dropped: number;
  /** Adds the vectors that the slots hold now; a slot that it knows is dropped first. */
  add(slots: readonly number[]): void;
  drop(slot: number): void;
  /** Slots of up to `fetch` vectors, nearest first, dropped ones left out. */
  search(query: Float32Array, fetch: number): number[];
  /** For a snapshot: the bytes, and for every vector in them its slot, or -1. */
  serialise(): { bytes: Buffer; slots: Int32Array };
}

/** Makes candidate indexes over one table. */
export interface CandidatesFactory {
  create(engine: Candidates['engine'], sample: readonly number[]): Candidates;
  restore(engine: Candidates['engine'], bytes: Buffer, slots: Int32Array): Candidates;
}
