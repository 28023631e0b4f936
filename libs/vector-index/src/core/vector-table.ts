import { assertVector, IndexedVector, VectorFilter } from '../vector-index';

export type Entry = Omit<IndexedVector, 'vector'>;

/** Vectors per block: memory grows by a block at a time and is never copied. */
const BLOCK = 1_024;

/**
 * The vectors themselves and what each belongs to. Every vector has a slot, which it keeps until it is removed; a freed
 * slot is used again. All that is approximate stands beside this table and names slots; scores come from here.
 */
export class VectorTable {
  private readonly blocks: Float32Array[] = [];
  private readonly entries: (Entry | undefined)[] = [];
  private readonly slotsById = new Map<string, number>();
  private readonly free: number[] = [];
  private readonly sizes = new Map<string, number>();
  /** One copy of every recurring string: thousands of passages share an owner. */
  private readonly strings = new Map<string, string>();

  constructor(readonly dimension: number) {}

  get size(): number {
    return this.slotsById.size;
  }

  /** Puts a vector that was checked. A known id keeps its slot. */
  put({ vector, ...entry }: IndexedVector): number {
    const known = this.slotsById.get(entry.id);
    if (known !== undefined) this.count(this.entries[known], -1);
    const slot = known ?? this.free.pop() ?? this.entries.length;
    if (slot >= this.blocks.length * BLOCK) this.blocks.push(new Float32Array(BLOCK * this.dimension));
    this.vectorAt(slot).set(vector);
    this.entries[slot] = this.shared(entry);
    this.count(entry, 1);
    this.slotsById.set(entry.id, slot);
    return slot;
  }

  remove(slot: number): void {
    const entry = this.entries[slot];
    if (!entry) return;
    this.entries[slot] = undefined;
    this.count(entry, -1);
    this.slotsById.delete(entry.id);
    // What was erased must not linger in memory either.
    this.vectorAt(slot).fill(0);
    this.free.push(slot);
  }

  ids(): string[] {
    return [...this.slotsById.keys()];
  }

  slotOf(id: string): number | undefined {
    return this.slotsById.get(id);
  }

  entryAt(slot: number): Entry | undefined {
    return this.entries[slot];
  }

  /** A view, not a copy. */
  vectorAt(slot: number): Float32Array {
    const block = this.blocks[Math.floor(slot / BLOCK)];
    if (!block) throw new RangeError(`There is no slot ${slot}`);
    const start = (slot % BLOCK) * this.dimension;
    return block.subarray(start, start + this.dimension);
  }

  /** Slots in use, in ascending order. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.entries.length; slot += 1) if (this.entries[slot]) yield slot;
  }

  /** How many vectors a filter lets through. Quick for an owner's whole archive, which is what is asked most. */
  countMatching(filter: VectorFilter): number {
    if (!filter.recordingIds && !filter.sources) return this.sizes.get(filter.owner) ?? 0;
    const matches = matcherOf(filter);
    let count = 0;
    for (const entry of this.entries) if (entry && matches(entry)) count += 1;
    return count;
  }

  slotsWhere(matches: (entry: Entry) => boolean): number[] {
    const found: number[] = [];
    this.entries.forEach((entry, slot) => {
      if (entry && matches(entry)) found.push(slot);
    });
    return found;
  }

  /** Inner product with the vector in a slot. */
  score(query: Float32Array, slot: number): number {
    const block = this.blocks[Math.floor(slot / BLOCK)];
    if (!block) return 0;
    const offset = (slot % BLOCK) * this.dimension;
    let sum = 0;
    for (let index = 0; index < this.dimension; index += 1) {
      sum += (query[index] ?? 0) * (block[offset + index] ?? 0);
    }
    return sum;
  }

  /** @throws InvalidVector */
  validate(vector: Float32Array): void {
    assertVector(vector, this.dimension);
  }

  private count(entry: Pick<Entry, 'owner'> | undefined, by: number): void {
    if (entry) this.sizes.set(entry.owner, (this.sizes.get(entry.owner) ?? 0) + by);
  }

  private shared(entry: Entry): Entry {
    return {
      id: entry.id,
      recordingId: this.share(entry.recordingId),
      source: entry.source,
      sourceId: this.share(entry.sourceId),
      owner: this.share(entry.owner),
    };
  }

  private share(text: string): string {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    this.strings.set(text, text);
    return text;
  }
}

/** The test that a filter makes of an entry. */
export function matcherOf(filter: VectorFilter): (entry: Entry) => boolean {
  const recordings = filter.recordingIds && new Set(filter.recordingIds);
  return ({ owner, recordingId, source }) =>
    owner === filter.owner &&
    (!recordings || recordings.has(recordingId)) &&
    (!filter.sources || filter.sources.includes(source));
}
