import type * as FaissNode from 'faiss-node';

export type Faiss = typeof FaissNode;

/**
 * Loads faiss-node. It is an optional package whose native half may be missing: see the set-up script.
 *
 * @returns undefined with no FAISS on this machine
 */
export function loadFaiss(): Faiss | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- optional, and native: it may not load
    return require('faiss-node') as Faiss;
  } catch {
    return undefined;
  }
}
