export interface EmbeddingRequest {
  /** None of them blank. */
  texts: string[];
}

export interface EmbeddingAnswer {
  dimension: number;
  /** One unit vector per text, in order, one after the other. */
  values: Float32Array;
}

/** What the embedder has to know of its model. */
export interface EmbeddingFacts {
  dimension: number;
}

/** How many texts go through the model at once. */
export const BATCH = 16;
