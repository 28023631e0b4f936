import type { Index } from 'faiss-node';
import { Faiss } from './faiss-node';

/** FAISS's own settings of an HNSW graph when none are given. */
const FAISS_DEFAULTS = { efConstruction: 40, efSearch: 16, upperBeam: 1 };

export interface HnswSettings {
  /** Neighbours looked at when a vector is added. */
  efConstruction: number;
  /** Neighbours looked at in a search. */
  efSearch: number;
}

/**
 * Gives an empty HNSW index other settings. faiss-node has no call for it, but FAISS writes them into its own format: so
 * the empty index is written, the three numbers are found and replaced, and it is read again. Where they are not found
 * exactly once (another version of FAISS), it stays as it is: recall is then had by asking for more candidates.
 */
export function withHnswSettings(faiss: Faiss, empty: Index, settings: HnswSettings): Index {
  const bytes = empty.toBuffer();
  const place = Buffer.alloc(12);
  place.writeInt32LE(FAISS_DEFAULTS.efConstruction, 0);
  place.writeInt32LE(FAISS_DEFAULTS.efSearch, 4);
  place.writeInt32LE(FAISS_DEFAULTS.upperBeam, 8);
  const at = bytes.indexOf(place);
  if (at < 0 || bytes.includes(place, at + 1)) return empty;
  bytes.writeInt32LE(settings.efConstruction, at);
  bytes.writeInt32LE(settings.efSearch, at + 4);
  return faiss.Index.fromBuffer(bytes);
}
