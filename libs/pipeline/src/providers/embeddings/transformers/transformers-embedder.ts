import { compiledFile } from '@voxpersona/platform';
import { ProviderFailure } from '../../provider-failure';
import { EMBEDDING_MODEL } from '../../models/model-kind';
import { ModelSource, OnProgress, storedName } from '../../models/model-source';
import { TransformersWorker } from '../../transformers/transformers-worker';
import { Embedder, EmbedderIdentity } from '../embeddings';
import { BATCH, EmbeddingAnswer, EmbeddingFacts, EmbeddingRequest } from './embedding-messages';

/** Where the model comes from, and who is told of its download. */
export interface TransformersEmbedderOptions extends ModelSource {
  onProgress?: OnProgress | undefined;
}

type EmbeddingWorker = TransformersWorker<EmbeddingRequest, EmbeddingAnswer, EmbeddingFacts>;

/**
 * Sentence vectors of a model that runs on this machine, in a process of its own: the mean over a text's tokens, at length
 * 1. A text longer than the model's window is embedded in pieces, which count by their tokens.
 */
export class TransformersEmbedder implements Embedder {
  /** Below it two texts are strangers: sentence models give unrelated texts some 0 to 0.2. */
  readonly minSimilarity = 0.25;

  private constructor(
    private readonly worker: EmbeddingWorker,
    readonly identity: EmbedderIdentity,
  ) {}

  /** @throws ProviderFailure `not_installed` when the model cannot be had */
  static async load(options: TransformersEmbedderOptions): Promise<TransformersEmbedder> {
    const script = compiledFile(__dirname, 'embedding.worker');
    const { worker, fingerprint, facts } = await TransformersWorker.open<
      EmbeddingRequest,
      EmbeddingAnswer,
      EmbeddingFacts
    >(script, options, EMBEDDING_MODEL, options.onProgress);
    const model = storedName(options, fingerprint);
    const { provider } = EMBEDDING_MODEL;
    return new TransformersEmbedder(worker, { provider, model, dimension: facts.dimension });
  }

  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const { dimension } = this.identity;
    const vectors = texts.map(() => new Float32Array(dimension));
    const spoken = texts.map((text, index) => ({ text, index })).filter(({ text }) => text.trim() !== '');
    spoken.sort((a, b) => a.text.length - b.text.length);
    // One batch at a time, so that a short question does not wait for all of a long list.
    for (let at = 0; at < spoken.length; at += BATCH) {
      const batch = spoken.slice(at, at + BATCH);
      const answer = await this.worker.request({ texts: batch.map(({ text }) => text) }, signal);
      this.check(answer, batch.length);
      batch.forEach(({ index }, row) => {
        vectors[index] = new Float32Array(answer.values.subarray(row * dimension, (row + 1) * dimension));
      });
    }
    return vectors;
  }

  /** Ends the model's process. */
  close(): Promise<void> {
    return this.worker.close();
  }

  private check(answer: EmbeddingAnswer, texts: number): void {
    const { provider, dimension } = this.identity;
    if (answer.dimension === dimension && answer.values.length === texts * dimension) return;
    const message = `The model gives vectors of ${answer.dimension} numbers, not ${dimension}.`;
    throw new ProviderFailure('invalid_response', message, { provider });
  }
}
