import { Inject, Injectable } from '@nestjs/common';
import { deriveId, embedderName, Passage, PassageSource } from '@voxpersona/domain';
import { VectorStore } from '@voxpersona/vector-store';
import { CutPassage } from '../passages/passages';
import { Embedder, EmbedderIdentity } from '../providers/embeddings';
import { ProviderFailure } from '../providers/provider-failure';
import { EMBEDDER } from '../tokens';

export interface EmbeddedPassages {
  source: PassageSource;
  language: string | null;
  embedder: EmbedderIdentity;
  passageIds: string[];
  passages: Passage[];
}

/** Embeds passages and stores their vectors; what comes back goes into a PassagesEmbedded event. */
@Injectable()
export class PassageIndexer {
  constructor(
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    private readonly vectors: VectorStore,
  ) {}

  async embed(
    recordingId: string,
    source: PassageSource,
    language: string | null,
    cut: readonly CutPassage[],
    signal: AbortSignal,
  ): Promise<EmbeddedPassages> {
    const from = source.kind === 'report' ? source.reportId : `transcript ${source.transcriptVersion}`;
    const passages = cut.map((passage) => ({
      ...passage,
      id: deriveId('passage', recordingId, from, passage.ordinal),
    }));
    return this.embedPassages(recordingId, source, language, passages, signal);
  }

  /** Embeds passages that were cut before, under the ids they have. */
  async embedPassages(
    recordingId: string,
    source: PassageSource,
    language: string | null,
    passages: readonly Passage[],
    signal: AbortSignal,
  ): Promise<EmbeddedPassages> {
    const { identity } = this.embedder;
    await this.storeVectors(recordingId, passages, signal);
    const passageIds = passages.map((passage) => passage.id);
    return { source, language, embedder: { ...identity }, passageIds, passages: [...passages] };
  }

  /** Makes the vectors of passages, and stores them. */
  async storeVectors(recordingId: string, passages: readonly Passage[], signal: AbortSignal): Promise<void> {
    const { identity } = this.embedder;
    const made = await this.embedder.embed(
      passages.map((passage) => passage.text),
      signal,
    );
    const vectors = passages.map(({ id: passageId }, index) => ({
      passageId,
      vector: usable(made[index], identity),
    }));
    await this.vectors.put(recordingId, embedderName(identity), vectors);
  }

  /** Embeds passages that may have vectors by this embedder already: these are used, and nothing is paid for them. */
  async embedAgain(
    recordingId: string,
    source: PassageSource,
    language: string | null,
    passages: readonly Passage[],
    signal: AbortSignal,
  ): Promise<EmbeddedPassages> {
    const { identity } = this.embedder;
    const passageIds = passages.map((passage) => passage.id);
    const stored = await this.vectors.read(recordingId, embedderName(identity), passageIds);
    if (stored.length < passages.length) {
      return this.embedPassages(recordingId, source, language, passages, signal);
    }
    return { source, language, embedder: { ...identity }, passageIds, passages: [...passages] };
  }

  /** Name of the embedder that works here. */
  get embedderName(): string {
    return embedderName(this.embedder.identity);
  }
}

/** A vector that no index could take is refused here, where the job shows it, and never stored. */
function usable(vector: Float32Array | undefined, identity: EmbedderIdentity): Float32Array {
  const { provider, dimension } = identity;
  if (vector?.length === dimension && vector.every(Number.isFinite)) return vector;
  const what = vector ? `${vector.length} numbers, not all of them finite` : 'nothing';
  throw new ProviderFailure('invalid_response', `${provider}: gave ${what}; ${dimension} are needed`, {
    provider,
  });
}
