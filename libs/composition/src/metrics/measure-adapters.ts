import { Embedder, EmbedderIdentity, LanguageModel, SpeechToText } from '@voxpersona/pipeline';
import { Registry } from 'prom-client';
import { MeasuredEmbedder, MeasuredLanguageModel, MeasuredSpeechToText } from './measured-providers';
import { ProviderCallMetrics } from './provider-call-metrics';

interface Models {
  speechToText: SpeechToText;
  languageModel: LanguageModel;
  embedder: Embedder;
  openEmbedder(identity: EmbedderIdentity): Promise<Embedder | undefined>;
}

/** The same adapters, every model among them measured: also the embedder of an earlier index. */
export function measureAdapters<Adapters extends Models>(adapters: Adapters, registry: Registry): Adapters {
  const metrics = new ProviderCallMetrics(registry);
  return {
    ...adapters,
    speechToText: new MeasuredSpeechToText(adapters.speechToText, metrics),
    languageModel: new MeasuredLanguageModel(adapters.languageModel, metrics),
    embedder: new MeasuredEmbedder(adapters.embedder, metrics),
    openEmbedder: async (identity: EmbedderIdentity) => {
      const embedder = await adapters.openEmbedder(identity);
      return embedder && new MeasuredEmbedder(embedder, metrics);
    },
  };
}
