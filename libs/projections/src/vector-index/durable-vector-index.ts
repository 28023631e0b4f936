import { VectorIndex } from '@voxpersona/vector-index';

/** A vector index that can be lost and opened again: what the replica needs of it beyond the index itself. */
export interface DurableVectorIndex extends VectorIndex {
  /**
   * Opens it anew, from its snapshot where there is one.
   *
   * @returns the position in the log, as digits, up to which it stands; why a snapshot could not be used; and whether
   *          FAISS is there
   */
  open(logId: string): Promise<{ position: string; snapshotProblem: string | null; faiss: boolean }>;
  /** Calls back when it is lost. @returns a function that unsubscribes */
  onLost(listener: () => void): () => void;
  /** @returns what went wrong, or null */
  saveSnapshot(position: bigint): Promise<string | null>;
  deleteSnapshot(): Promise<void>;
  close(): void;
}
