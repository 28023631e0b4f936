import { z } from 'zod';
import { defineEvent } from './event-definition';
import { passageSource } from './passages-embedded';
import { embedderIdentity, embedderName, RecordedEmbedder } from './values';

/**
 * The passages of one `PassagesEmbedded` can be found by words and by vectors: the read models have applied it, and all of its
 * vectors are stored. Sources that builds before this event embedded count as indexed.
 */
export const Indexed = defineEvent(
  'Indexed',
  z.object({
    recordingId: z.uuid(),
    source: passageSource,
    embedder: embedderIdentity,
    /** Number of the `PassagesEmbedded` in this stream. */
    embedding: z.number().int().min(1),
  }),
);

/** One `PassagesEmbedded` that no `Indexed` has followed yet. */
export interface AwaitedEmbedding {
  embedding: number;
  embedder: RecordedEmbedder;
}

/** How far the passages of a source are on their way into the search. */
export interface Indexing {
  /** How often passages were embedded in this stream; numbers the next time. */
  embeddings: number;
  /** Names of the embedders that have embedded the passages. */
  embeddedBy: readonly string[];
  awaited: readonly AwaitedEmbedding[];
  isIndexed: boolean;
}

export const notIndexed: Indexing = { embeddings: 0, embeddedBy: [], awaited: [], isIndexed: false };

/** Other passages are searched from now on, or the same have to be embedded anew. */
export function indexingAgain({ embeddings }: Indexing): Indexing {
  return { ...notIndexed, embeddings };
}

/** @param embedding null: by a build that had no `Indexed`, and so indexed at once */
export function passagesEmbedded(
  state: Indexing,
  { embedder, embedding }: { embedder: RecordedEmbedder; embedding: number | null },
): Indexing {
  const embeddedBy = [...new Set([...state.embeddedBy, embedderName(embedder)])];
  const embeddings = state.embeddings + 1;
  if (embedding === null) return { ...state, embeddings, embeddedBy, isIndexed: true };
  return { ...state, embeddings, embeddedBy, awaited: [...state.awaited, { embedding, embedder }] };
}

export function indexed(state: Indexing, embedding: number): Indexing {
  const awaited = state.awaited.filter((one) => one.embedding !== embedding);
  return { ...state, awaited, isIndexed: true };
}

/** What is awaited under this number; undefined: it is indexed already, or overtaken. */
export function awaitedEmbedding(state: Indexing, embedding: number): AwaitedEmbedding | undefined {
  return state.awaited.find((one) => one.embedding === embedding);
}
