/** What made a vector. Vectors of different identities never meet in one index. */
export interface EmbedderIdentity {
  /** Short stable name: `hashing`. */
  provider: string;
  /** Model and revision. */
  model: string;
  /** Length of every vector. */
  dimension: number;
}

/**
 * Port: turns texts into unit vectors (L2 norm 1; a text without any feature gives the zero vector).
 *
 * Rejects with `ProviderFailure`.
 */
export interface Embedder {
  readonly identity: EmbedderIdentity;
  /** Cosine below which two texts have nothing to do with each other: without it every search would find something. */
  readonly minSimilarity: number;
  /** One vector per text, in order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}
