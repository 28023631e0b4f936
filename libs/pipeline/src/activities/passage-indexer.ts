import { Inject, Injectable } from '@nestjs/common';
import { deriveId, Passage, PassageSource } from '@voxpersona/domain';
import { embedderName, VectorStore } from '@voxpersona/vector-store';
import { CutPassage } from '../passages/passages';
import { Embedder, EmbedderIdentity } from '../providers/embeddings';
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
    const { identity } = this.embedder;
    const made = await this.embedder.embed(
      passages.map((passage) => passage.text),
      signal,
    );
    const vectors = passages.flatMap(({ id }, index) => {
      const vector = made[index];
      return vector ? [{ passageId: id, vector }] : [];
    });
    await this.vectors.put(recordingId, embedderName(identity), vectors);
    const passageIds = passages.map((passage) => passage.id);
    return { source, language, embedder: { ...identity }, passageIds, passages };
  }
}
