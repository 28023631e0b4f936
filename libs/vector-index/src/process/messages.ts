import { LocalVectorIndexOptions } from '../core/local-vector-index';
import { IndexedVector, VectorFilter, VectorHit, VectorIndexDigest, VectorIndexState } from '../vector-index';

/** What the process of an index is opened with. */
export interface OpenOptions {
  folder: string;
  /** 32 bytes that snapshots are sealed under. */
  key: Uint8Array;
  logId: string;
  embedder: string;
  dimension: number;
  index: LocalVectorIndexOptions;
}

export interface Opened {
  /** Position in the log, as digits, up to which the index stands. */
  position: string;
  /** Whether FAISS could be loaded. */
  faiss: boolean;
  /** Why a snapshot that was there could not be used. */
  snapshotProblem: string | null;
}

/** Requests to the process of an index, and their answers. */
export interface Operations {
  open: { request: OpenOptions; answer: Opened };
  state: { request: null; answer: VectorIndexState };
  digest: { request: null; answer: VectorIndexDigest };
  upsert: { request: readonly IndexedVector[]; answer: null };
  search: { request: { vector: Float32Array; k: number; filter: VectorFilter }; answer: VectorHit[] };
  removeRecording: { request: string; answer: null };
  removeSource: { request: string; answer: null };
  eraseRecording: { request: string; answer: null };
  /** The position as digits; answers with what went wrong, or null. */
  saveSnapshot: { request: string; answer: { problem: string | null } };
  deleteSnapshot: { request: null; answer: null };
}
export type OperationName = keyof Operations;

export interface Request<Name extends OperationName = OperationName> {
  id: number;
  name: Name;
  body: Operations[Name]['request'];
}

export type Answer =
  | { id: number; kind: 'done'; body: Operations[OperationName]['answer'] }
  | { id: number; kind: 'failed'; error: 'InvalidVector' | 'Error'; message: string };
