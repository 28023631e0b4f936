import { ProviderFailure } from '../provider-failure';
import { OnProgress, ModelSource, storedName } from '../models/model-source';
import { Embedder, EmbedderIdentity } from './embeddings';
import { HashingEmbedder } from './hashing/hashing-embedder';
import { TransformersEmbedder } from './transformers/transformers-embedder';

export interface EmbedderChoice {
  /** `auto` takes the sentence model where it can be had. */
  provider: 'auto' | 'transformers' | 'hashing';
  transformers: ModelSource;
  onProgress: OnProgress;
}

/**
 * Picks the embedder and says why.
 *
 * @throws ProviderFailure when a sentence model is asked for by name and cannot be had; its message says what to do
 */
export async function chooseEmbedder(
  choice: EmbedderChoice,
): Promise<{ embedder: Embedder; reason: string }> {
  if (choice.provider === 'hashing') {
    return { embedder: new HashingEmbedder(), reason: 'EMBEDDINGS=hashing' };
  }
  try {
    const embedder = await TransformersEmbedder.load({
      ...choice.transformers,
      onProgress: choice.onProgress,
    });
    const auto = 'the model is there';
    return { embedder, reason: choice.provider === 'auto' ? auto : 'EMBEDDINGS=transformers' };
  } catch (error) {
    if (choice.provider === 'transformers' || !(error instanceof ProviderFailure)) throw error;
    return {
      embedder: new HashingEmbedder(),
      reason: `words are matched, not meanings, because ${lowerFirst(error.message)}`,
    };
  }
}

/**
 * Opens the embedder that made an index, if it can still be had here without a download.
 *
 * @returns undefined when it cannot, or is another one by now
 */
export async function openEmbedder(
  identity: EmbedderIdentity,
  source: Pick<ModelSource, 'modelsFolder'>,
): Promise<Embedder | undefined> {
  const hashing = new HashingEmbedder();
  if (isSame(hashing.identity, identity)) return hashing;
  const parts = /^(.+)@([^@#]+?)(\+q8)?#([0-9a-f]+)$/.exec(identity.model);
  if (identity.provider !== 'transformers' || !parts) return undefined;
  const [, model = '', revision = '', quantized, fingerprint = ''] = parts;
  const wanted = {
    model,
    revision,
    quantized: quantized !== undefined,
    modelsFolder: source.modelsFolder,
    hubUrl: undefined,
    allowDownload: false,
  };
  if (storedName(wanted, fingerprint) !== identity.model) return undefined;
  const embedder = await TransformersEmbedder.load(wanted).catch(() => undefined);
  if (embedder && isSame(embedder.identity, identity)) return embedder;
  await embedder?.close();
  return undefined;
}

function isSame(a: EmbedderIdentity, b: EmbedderIdentity): boolean {
  return a.provider === b.provider && a.model === b.model && a.dimension === b.dimension;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
