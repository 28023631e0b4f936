import {
  ChunkEncoding,
  ChunkPreference,
  Embedder,
  EmbedderIdentity,
  LanguageModel,
  SpeechToText,
  TranscriptionRequest,
  TranscriptionResult,
  WriteRequest,
  WriteResult,
} from '@voxpersona/pipeline';
import { ProviderCallMetrics } from './provider-call-metrics';

type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A recogniser whose calls are measured. */
export class MeasuredSpeechToText implements SpeechToText {
  readonly provider: string;
  readonly model: string;
  readonly parameters: Parameters;
  readonly concurrency: number;
  readonly detectsLanguage: boolean;
  readonly chunks: ChunkPreference;
  readonly encoding: ChunkEncoding;
  readonly note: string;

  constructor(
    private readonly inner: SpeechToText,
    private readonly metrics: ProviderCallMetrics,
  ) {
    this.provider = inner.provider;
    this.model = inner.model;
    this.parameters = inner.parameters;
    this.concurrency = inner.concurrency;
    this.detectsLanguage = inner.detectsLanguage;
    this.chunks = inner.chunks;
    this.encoding = inner.encoding;
    this.note = inner.note;
  }

  transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    const { provider, model } = this;
    return this.metrics.measure(
      { kind: 'speech-to-text', provider, model },
      signal,
      () => this.inner.transcribe(request, signal),
      (answer) => answer,
    );
  }
}

/** A language model whose calls are measured. */
export class MeasuredLanguageModel implements LanguageModel {
  readonly provider: string;
  readonly model: string;
  readonly parameters: Parameters;
  readonly concurrency: number;
  readonly note: string;

  constructor(
    private readonly inner: LanguageModel,
    private readonly metrics: ProviderCallMetrics,
  ) {
    this.provider = inner.provider;
    this.model = inner.model;
    this.parameters = inner.parameters;
    this.concurrency = inner.concurrency;
    this.note = inner.note;
  }

  write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    const { provider, model } = this;
    return this.metrics.measure(
      { kind: 'language-model', provider, model },
      signal,
      () => this.inner.write(request, signal),
      (answer) => answer,
    );
  }
}

/** An embedder whose calls are measured. It reports no use: embedders run on this machine. */
export class MeasuredEmbedder implements Embedder {
  readonly identity: EmbedderIdentity;
  readonly minSimilarity: number;

  constructor(
    private readonly inner: Embedder,
    private readonly metrics: ProviderCallMetrics,
  ) {
    this.identity = inner.identity;
    this.minSimilarity = inner.minSimilarity;
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { provider, model } = this.identity;
    return this.metrics.measure(
      { kind: 'embeddings', provider, model },
      signal,
      () => this.inner.embed(texts, signal),
      () => undefined,
    );
  }
}
