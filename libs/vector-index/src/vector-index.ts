/** A vector and what it belongs to. */
export interface IndexedVector {
  /** Id of the passage. */
  id: string;
  recordingId: string;
  source: 'transcript' | 'report';
  /** The report, or for a transcript the recording. */
  sourceId: string;
  owner: string;
  vector: Float32Array;
}

export interface VectorFilter {
  owner: string;
  recordingIds?: readonly string[] | undefined;
  sources?: readonly ('transcript' | 'report')[] | undefined;
}

export interface VectorHit {
  id: string;
  /** Inner product: the cosine, since vectors have length 1. */
  score: number;
}

/** A vector has another length than the index, or holds what is not a number. */
export class InvalidVector extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidVector';
  }
}

/** What searches: FAISS exactly, FAISS by its graph (HNSW), or the code of this lib alone. */
export type VectorEngine = 'faiss-exact' | 'faiss-hnsw' | 'builtin';

export interface VectorIndexState {
  /** Vectors that can be found. */
  count: number;
  engine: VectorEngine;
  /** Whether FAISS can be had. */
  faiss: boolean;
  /** Another engine, or a tidier copy of this one, is being made beside the one that serves. */
  rebuilding: boolean;
  /** Vectors that the engine does not hold yet: a search looks at each of them. */
  pending: number;
}

/** What an index holds, to compare it with another: how many vectors, and a hash over all their ids. */
export interface VectorIndexDigest {
  count: number;
  /** SHA-256 of the sorted ids, lower-case hex. */
  hash: string;
}

/** Port: finds the vectors nearest to a given one. One index holds vectors of one embedder. */
export interface VectorIndex {
  readonly dimension: number;
  state(): Promise<VectorIndexState>;
  digest(): Promise<VectorIndexDigest>;
  /** Adds vectors; one whose id is known is replaced. @throws InvalidVector, and then adds none */
  upsert(vectors: readonly IndexedVector[]): Promise<void>;
  /** Best first, equal scores in the order of ids; fewer than `k` when there are fewer. @throws InvalidVector */
  search(vector: Float32Array, k: number, filter: VectorFilter): Promise<VectorHit[]>;
  removeRecording(recordingId: string): Promise<void>;
  removeSource(sourceId: string): Promise<void>;
  /** Removes a recording so that no copy of its vectors is left: not in memory, not in a snapshot. */
  eraseRecording(recordingId: string): Promise<void>;
}

/** @throws InvalidVector unless it has `dimension` numbers, all of them finite */
export function assertVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) {
    throw new InvalidVector(
      `A vector has ${vector.length} numbers; this index holds vectors of ${dimension}`,
    );
  }
  if (!vector.every(Number.isFinite)) throw new InvalidVector('A vector holds what is not a finite number');
}
