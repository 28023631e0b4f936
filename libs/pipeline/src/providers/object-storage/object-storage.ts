import { Readable } from 'node:stream';

/** What `put` measured while the bytes went by. */
export interface StoredObject {
  key: string;
  sizeBytes: number;
  /** Lower-case hex of the whole content. */
  sha256: string;
}

/** What a listing tells of an object. */
export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** When its content was written; moving it changes nothing. */
  modifiedAt: Date;
}

/**
 * Port: keeps originals and chunks.
 *
 * Keys are `/`-separated segments of `[A-Za-z0-9._-]` made by us; a user's file name is never part of one.
 * Objects are written once: `put` and `move` on a key that exists reject. Rejects with `ProviderFailure`
 * (code `storage`) when the store cannot be reached, and with `ObjectNotFound`.
 */
export interface ObjectStorage {
  /** Short stable name: `filesystem`, `minio`. */
  readonly provider: string;
  /** Streams to the store. Nothing is visible under `key` until all of it is durable; on an error nothing is kept. */
  put(key: string, content: Readable, signal?: AbortSignal): Promise<StoredObject>;
  /** `range` in bytes, both ends inclusive. */
  get(key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Size in bytes. */
  size(key: string): Promise<number>;
  /** Runs `use` with a path of a local file that holds the object; the path is valid only meanwhile. */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /**
   * Runs `use` with a path or a link that ffmpeg can read the object by, in parts too: where a part is all that is wanted of a
   * large object. A link is a secret, and valid for an hour.
   */
  withMediaSource<T>(key: string, use: (source: string) => Promise<T>): Promise<T>;
  move(from: string, to: string): Promise<void>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  /** Deletes every object below the prefix (which ends with `/`); gives how many there were. */
  deletePrefix(prefix: string): Promise<number>;
  /**
   * Objects below the prefix (which ends with `/`), in no particular order, as a stream. Objects that come or go meanwhile
   * may be left out; no other is.
   */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Removes what unfinished uploads left, where nothing was written since `olderThan`; gives how many there were. */
  discardStaleUploads(olderThan: Date): Promise<number>;
  /** Rejects when the store cannot be used now (readiness). */
  check(): Promise<void>;
}

export class ObjectNotFound extends Error {
  constructor(readonly key: string) {
    super(`No object under ${key}`);
    this.name = 'ObjectNotFound';
  }
}
