import { createHash } from 'node:crypto';
import {
  IndexedVector,
  VectorEngine,
  VectorFilter,
  VectorHit,
  VectorIndexDigest,
  VectorIndexState,
} from '../vector-index';
import { Candidates, CandidatesFactory } from './candidates';
import { matcherOf, VectorTable } from './vector-table';

export interface LocalVectorIndexOptions {
  /** `auto` is exact up to `hnswFrom` vectors, and a graph beyond. */
  engine: 'auto' | VectorEngine;
  /** Vectors from which on `auto` changes to HNSW; it changes back below half of them. */
  hnswFrom: number;
  /** A search over so few vectors looks at each of them. */
  scanLimit: number;
  /** Share of dropped vectors at which a new copy is made. */
  compactAt: number;
}

export const DEFAULT_LOCAL_OPTIONS: LocalVectorIndexOptions = {
  engine: 'auto',
  hnswFrom: 20_000,
  scanLimit: 5_000,
  compactAt: 0.1,
};

/** Vectors that a candidate search asks for at least: HNSW looks the better, the more it is asked for. */
const MIN_FETCH = 100;
/** Vectors that a quantiser is trained on. */
const SAMPLE = 10_000;
/** Vectors added between two looks at the clock. */
const SLICE = 64;

/**
 * A vector index in this process. Changes take effect at once: a vector that the engine does not hold yet waits in a
 * list that every search looks through. The engine itself follows in `work`, a few milliseconds at a time; where it has
 * to be made anew (too many dropped vectors, another engine, an erasure), the new one grows beside the old and then
 * takes its place.
 */
export class LocalVectorIndex {
  readonly table: VectorTable;
  private readonly factory: CandidatesFactory | undefined;
  private serving: Candidates | undefined;
  /** Slots that `serving` does not hold. */
  private waiting = new Set<number>();
  private successor: { candidates: Candidates; waiting: Set<number> } | undefined;
  /** An erased vector lies in the engine's memory still. */
  private mustPurge = false;

  /** @param factoryFor undefined: there is no FAISS here, and every search looks at every vector */
  constructor(
    dimension: number,
    factoryFor: ((table: VectorTable) => CandidatesFactory) | undefined,
    private readonly options: LocalVectorIndexOptions = DEFAULT_LOCAL_OPTIONS,
  ) {
    this.table = new VectorTable(dimension);
    this.factory = factoryFor?.(this.table);
  }

  get state(): VectorIndexState {
    return {
      count: this.table.size,
      engine: this.serving?.engine ?? this.wantedEngine(),
      faiss: this.factory !== undefined,
      rebuilding: this.successor !== undefined,
      pending: this.serving ? this.waiting.size : this.table.size,
    };
  }

  digest(): VectorIndexDigest {
    const hash = createHash('sha256');
    for (const id of this.table.ids().sort()) hash.update(id);
    return { count: this.table.size, hash: hash.digest('hex') };
  }

  /** @throws InvalidVector, and then adds none */
  upsert(vectors: readonly IndexedVector[]): void {
    for (const { vector } of vectors) this.table.validate(vector);
    for (const vector of vectors) {
      const known = this.table.slotOf(vector.id);
      if (known !== undefined) this.forget(known);
      const slot = this.table.put(vector);
      this.waiting.add(slot);
      this.successor?.waiting.add(slot);
    }
  }

  /** @throws InvalidVector */
  search(query: Float32Array, k: number, filter: VectorFilter): VectorHit[] {
    this.table.validate(query);
    const matches = matcherOf(filter);
    const matching = this.table.countMatching(filter);
    const slots =
      this.serving && matching > this.options.scanLimit
        ? this.candidatesAmong(this.serving, query, k, matching, matches)
        : this.table.slotsWhere(matches);
    const hits = slots.map((slot) => ({
      id: this.table.entryAt(slot)?.id ?? '',
      score: this.table.score(query, slot),
    }));
    return hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, k);
  }

  removeRecording(recordingId: string): number {
    return this.remove(this.table.slotsWhere((entry) => entry.recordingId === recordingId));
  }

  removeSource(sourceId: string): number {
    return this.remove(this.table.slotsWhere((entry) => entry.sourceId === sourceId));
  }

  /** As `removeRecording`; what the engine still holds of it goes with its next copy, which `work` begins at once. */
  eraseRecording(recordingId: string): number {
    const removed = this.removeRecording(recordingId);
    if (removed > 0 && this.serving) {
      this.mustPurge = true;
      // What is being made may hold it already.
      this.successor = undefined;
    }
    return removed;
  }

  /** True while an erased vector is in the engine's memory: it must not be written anywhere. */
  get holdsErased(): boolean {
    return this.mustPurge;
  }

  /** The engine as it serves, for a snapshot; undefined where there is none, or where it holds what was erased. */
  get engineToKeep(): Candidates | undefined {
    return this.mustPurge ? undefined : this.serving;
  }

  /** Takes an engine from a snapshot; slots that it does not hold are added by `work`. */
  adopt(engine: Candidates['engine'], bytes: Buffer, slots: Int32Array): void {
    if (!this.factory || engine !== this.wantedEngine()) return;
    this.serving = this.factory.restore(engine, bytes, slots);
    this.waiting = new Set(this.table.slots());
    for (const slot of slots) this.waiting.delete(slot);
  }

  /** Brings the engine nearer to what it should be, for about `budgetMs`. @returns whether there is more to do */
  work(budgetMs: number): boolean {
    const until = performance.now() + budgetMs;
    if (!this.successor && this.needsSuccessor()) this.beginSuccessor();
    const { successor } = this;
    if (successor) {
      this.feed(successor.candidates, successor.waiting, until);
      if (successor.waiting.size > 0) return true;
      this.serving = successor.candidates;
      this.waiting = successor.waiting;
      this.successor = undefined;
      this.mustPurge = false;
    } else if (this.serving) {
      this.feed(this.serving, this.waiting, until);
    }
    return this.waiting.size > 0 && this.serving !== undefined ? true : this.needsSuccessor();
  }

  private wantedEngine(): VectorEngine {
    const { engine, hnswFrom } = this.options;
    if (!this.factory) return 'builtin';
    if (engine !== 'auto') return engine;
    // Not back and forth at the very border: every change makes a new engine.
    const border = this.serving?.engine === 'faiss-hnsw' ? hnswFrom / 2 : hnswFrom;
    return this.table.size >= border ? 'faiss-hnsw' : 'faiss-exact';
  }

  private needsSuccessor(): boolean {
    const wanted = this.wantedEngine();
    if (wanted === 'builtin') return false;
    if (!this.serving) return this.table.size > 0;
    const { engine, dropped, total } = this.serving;
    return engine !== wanted || this.mustPurge || dropped > total * this.options.compactAt;
  }

  private beginSuccessor(): void {
    const wanted = this.wantedEngine();
    if (wanted === 'builtin' || !this.factory) return;
    const slots = [...this.table.slots()];
    if (slots.length === 0) {
      this.serving = undefined;
      this.mustPurge = false;
      return;
    }
    const candidates = this.factory.create(wanted, slots.slice(0, SAMPLE));
    this.successor = { candidates, waiting: new Set(slots) };
  }

  private feed(candidates: Candidates, waiting: Set<number>, until: number): void {
    while (waiting.size > 0 && performance.now() < until) {
      const slice: number[] = [];
      for (const slot of waiting) {
        slice.push(slot);
        if (slice.length === SLICE) break;
      }
      candidates.add(slice);
      for (const slot of slice) waiting.delete(slot);
    }
  }

  /** Asks for more and more candidates until enough of them pass the filter. */
  private candidatesAmong(
    serving: Candidates,
    query: Float32Array,
    k: number,
    matching: number,
    matches: ReturnType<typeof matcherOf>,
  ): number[] {
    const passes = (slot: number): boolean => {
      const entry = this.table.entryAt(slot);
      return entry !== undefined && matches(entry);
    };
    const waiting = [...this.waiting].filter(passes);
    const share = Math.max(1, serving.total / matching);
    let fetch = Math.max(MIN_FETCH, Math.ceil(k * 2 * share));
    for (;;) {
      const found = serving.search(query, Math.min(fetch, serving.total)).filter(passes);
      if (found.length >= k) return [...found, ...waiting];
      // A graph need not reach everything: rather slow than short.
      if (fetch >= serving.total) return this.table.slotsWhere(matches);
      fetch *= 4;
    }
  }

  private remove(slots: readonly number[]): number {
    for (const slot of slots) {
      this.forget(slot);
      this.table.remove(slot);
    }
    return slots.length;
  }

  private forget(slot: number): void {
    this.serving?.drop(slot);
    this.waiting.delete(slot);
    this.successor?.candidates.drop(slot);
    this.successor?.waiting.delete(slot);
  }
}
