import { IndexedVector, InvalidVector, VectorFilter, VectorHit, VectorIndex } from './vector-index';

type Entry = Omit<IndexedVector, 'vector'>;

/**
 * Compares with every vector. All vectors lie in one array, so that a search is a walk through memory; a removed
 * vector's place is taken by the last one.
 */
export class ExactVectorIndex implements VectorIndex {
  private vectors: Float32Array;
  private readonly entries: Entry[] = [];
  private readonly slots = new Map<string, number>();

  constructor(readonly dimension: number) {
    this.vectors = new Float32Array(dimension * 1_024);
  }

  size(): Promise<number> {
    return Promise.resolve(this.entries.length);
  }

  async upsert(vectors: readonly IndexedVector[]): Promise<void> {
    for (const { vector } of vectors) this.validate(vector);
    for (const { vector, ...entry } of vectors) {
      const slot = this.slots.get(entry.id) ?? this.entries.length;
      this.reserve(slot + 1);
      this.vectors.set(vector, slot * this.dimension);
      this.entries[slot] = entry;
      this.slots.set(entry.id, slot);
    }
    return Promise.resolve();
  }

  async search(vector: Float32Array, k: number, filter: VectorFilter): Promise<VectorHit[]> {
    this.validate(vector);
    const recordings = filter.recordingIds && new Set(filter.recordingIds);
    const hits: VectorHit[] = [];
    this.entries.forEach(({ id, owner, recordingId, source }, slot) => {
      if (owner !== filter.owner || (recordings && !recordings.has(recordingId))) return;
      if (filter.sources && !filter.sources.includes(source)) return;
      hits.push({ id, score: this.innerProduct(vector, slot) });
    });
    hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    return Promise.resolve(hits.slice(0, k));
  }

  removeRecording(recordingId: string): Promise<void> {
    return this.removeWhere((entry) => entry.recordingId === recordingId);
  }

  removeSource(sourceId: string): Promise<void> {
    return this.removeWhere((entry) => entry.sourceId === sourceId);
  }

  private removeWhere(matches: (entry: Entry) => boolean): Promise<void> {
    for (let slot = this.entries.length - 1; slot >= 0; slot -= 1) {
      const entry = this.entries[slot];
      if (entry && matches(entry)) this.removeSlot(slot, entry);
    }
    return Promise.resolve();
  }

  private removeSlot(slot: number, entry: Entry): void {
    const lastSlot = this.entries.length - 1;
    const last = this.entries.pop();
    this.slots.delete(entry.id);
    if (last && lastSlot !== slot) {
      this.vectors.copyWithin(
        slot * this.dimension,
        lastSlot * this.dimension,
        (lastSlot + 1) * this.dimension,
      );
      this.entries[slot] = last;
      this.slots.set(last.id, slot);
    }
    // What was erased must not linger in memory either.
    this.vectors.fill(0, lastSlot * this.dimension, (lastSlot + 1) * this.dimension);
  }

  private reserve(count: number): void {
    if (count * this.dimension <= this.vectors.length) return;
    const larger = new Float32Array(Math.max(this.vectors.length * 2, count * this.dimension));
    larger.set(this.vectors);
    this.vectors = larger;
  }

  private innerProduct(vector: Float32Array, slot: number): number {
    const offset = slot * this.dimension;
    let sum = 0;
    for (let index = 0; index < this.dimension; index += 1) {
      sum += (vector[index] ?? 0) * (this.vectors[offset + index] ?? 0);
    }
    return sum;
  }

  private validate(vector: Float32Array): void {
    if (vector.length !== this.dimension) {
      throw new InvalidVector(
        `A vector has ${vector.length} numbers; this index holds vectors of ${this.dimension}`,
      );
    }
    if (!vector.every(Number.isFinite)) throw new InvalidVector('A vector holds what is not a finite number');
  }
}
