import type { Index } from 'faiss-node';
import { Candidates, CandidatesFactory } from '../core/candidates';
import { VectorTable } from '../core/vector-table';
import { Faiss } from './faiss-node';
import { withHnswSettings } from './hnsw-settings';

/**
 * - `Flat` keeps the vectors as they are and compares with all of them.
 * - `HNSW32_SQ8` is a graph over vectors of one byte a number: a quarter of the memory. What the bytes lose is made good
 *   by the table, which scores the candidates exactly.
 */
const DESCRIPTORS = { 'faiss-exact': 'Flat', 'faiss-hnsw': 'HNSW32_SQ8' } as const;
const HNSW = { efConstruction: 40, efSearch: 160 };
const INNER_PRODUCT = 0;

/** A FAISS index over a table's vectors. Its labels count up as vectors are added; which slot each stands for is kept here. */
class FaissCandidates implements Candidates {
  private readonly slots: number[];
  private readonly labels = new Map<number, number>();

  constructor(
    readonly engine: Candidates['engine'],
    private readonly index: Index,
    private readonly table: VectorTable,
    slots: ArrayLike<number>,
  ) {
    this.slots = Array.from(slots);
    this.slots.forEach((slot, label) => {
      if (slot >= 0) this.labels.set(slot, label);
    });
  }

  get total(): number {
    return this.slots.length;
  }

  get dropped(): number {
    return this.slots.length - this.labels.size;
  }

  add(slots: readonly number[]): void {
    const numbers = slots.flatMap((slot) => Array.from(this.table.vectorAt(slot)));
    this.index.add(numbers);
    for (const slot of slots) {
      this.drop(slot);
      this.labels.set(slot, this.slots.length);
      this.slots.push(slot);
    }
  }

  /** A tombstone: removing from an HNSW index aborts the process, and from a flat one shifts all later labels. */
  drop(slot: number): void {
    const label = this.labels.get(slot);
    if (label === undefined) return;
    this.slots[label] = -1;
    this.labels.delete(slot);
  }

  search(query: Float32Array, fetch: number): number[] {
    if (this.total === 0) return [];
    const { labels } = this.index.search(Array.from(query), Math.min(fetch, this.total));
    // A graph that is asked for more than it reaches fills up with -1.
    return labels.flatMap((label) => {
      const slot = this.slots[label] ?? -1;
      return slot >= 0 ? [slot] : [];
    });
  }

  serialise(): { bytes: Buffer; slots: Int32Array } {
    return { bytes: this.index.toBuffer(), slots: Int32Array.from(this.slots) };
  }
}

/** Candidate indexes by FAISS over one table. */
export function faissFactory(faiss: Faiss, table: VectorTable): CandidatesFactory {
  return {
    create(engine, sample) {
      const empty = faiss.Index.fromFactory(table.dimension, DESCRIPTORS[engine], INNER_PRODUCT);
      const index = engine === 'faiss-hnsw' ? withHnswSettings(faiss, empty, HNSW) : empty;
      if (!index.isTrained()) index.train(sample.flatMap((slot) => Array.from(table.vectorAt(slot))));
      return new FaissCandidates(engine, index, table, []);
    },
    restore(engine, bytes, slots) {
      const index = faiss.Index.fromBuffer(bytes);
      if (index.getDimension() !== table.dimension || index.ntotal() !== slots.length) {
        throw new Error('The kept FAISS index does not fit its vectors');
      }
      return new FaissCandidates(engine, index, table, slots);
    },
  };
}
