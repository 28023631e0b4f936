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

/** Port: finds the vectors nearest to a given one. One index holds vectors of one embedder. */
export interface VectorIndex {
  readonly dimension: number;
  size(): Promise<number>;
  /** Adds vectors; one whose id is known is replaced. @throws InvalidVector, and then adds none */
  upsert(vectors: readonly IndexedVector[]): Promise<void>;
  /** Best first, equal scores in the order of ids; fewer than `k` when there are fewer. @throws InvalidVector */
  search(vector: Float32Array, k: number, filter: VectorFilter): Promise<VectorHit[]>;
  removeRecording(recordingId: string): Promise<void>;
  removeSource(sourceId: string): Promise<void>;
}
