import { Readable } from 'node:stream';

/**
 * Port: fetches a file that was sent in a chat.
 *
 * Rejects with `ProviderFailure`: `rejected` for a file that is not handed out (any more), else what can be tried again.
 */
export interface ChatFiles {
  /** Short stable name: `telegram`. */
  readonly provider: string;
  /** Files fetched at once by one process. */
  readonly concurrency: number;
  /** Size in bytes up to which files are handed out. */
  readonly maxBytes: number;
  open(fileId: string, signal: AbortSignal): Promise<Readable>;
}
