import { ProviderFailure } from '../../provider-failure';
import { GoOn, serveModel } from '../../transformers/serve-model';
import { Model, openLibrary, Tokenizer } from '../../transformers/transformers-library';
import { BATCH, EmbeddingAnswer, EmbeddingFacts, EmbeddingRequest } from './embedding-messages';
import { splitToFit } from './split-to-fit';
import { addTo, meanPooled, unit } from './vector-math';

/** BERT's, for a model that names no window. */
const USUAL_WINDOW = 512;

interface Piece {
  text: string;
  /** Index of the text it is a piece of. */
  of: number;
  tokens: number;
}

serveModel<EmbeddingRequest, EmbeddingAnswer, EmbeddingFacts>(async ({ folder, quantized }) => {
  const { library, name } = await openLibrary(folder);
  const tokenizer = await library.AutoTokenizer.from_pretrained(name);
  const model = await library.AutoModel.from_pretrained(name, { quantized });
  const window = windowOf(tokenizer, model);
  // The library takes the smaller of this and a batch's length: absent, it would make nonsense of both.
  tokenizer.model_max_length ??= window;
  const count = (text: string): number => tokenizer.encode(text).length;

  const answer = async ({ texts }: EmbeddingRequest, goOn: GoOn): Promise<EmbeddingAnswer> => {
    const pieces: Piece[] = texts.flatMap((whole, of) =>
      splitToFit(whole, count, window).map((text) => ({ text, of, tokens: count(text) })),
    );
    // Alike in length, so that little of the work goes into padding.
    pieces.sort((a, b) => a.tokens - b.tokens);
    const sums: Float32Array[] = [];
    for (let at = 0; at < pieces.length; at += BATCH) {
      await goOn();
      const batch = pieces.slice(at, at + BATCH);
      const vectors = await vectorsOf(batch, tokenizer, model);
      batch.forEach(({ of, tokens }, index) => {
        const vector = vectors[index] ?? new Float32Array();
        addTo((sums[of] ??= new Float32Array(vector.length)), vector, tokens);
      });
    }
    return packed(sums, texts.length);
  };
  const { dimension } = await answer({ texts: ['one'] }, () => Promise.resolve());
  return { facts: { dimension }, answer };
});

function windowOf(tokenizer: Tokenizer, model: Model): number {
  const stated = [tokenizer.model_max_length, model.config['max_position_embeddings']].filter(
    (value): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0,
  );
  // Some tokenizers state 10^30 for "no limit".
  const window = Math.min(...stated);
  return window < 1_000_000 ? window : USUAL_WINDOW;
}

async function vectorsOf(batch: Piece[], tokenizer: Tokenizer, model: Model): Promise<Float32Array[]> {
  const inputs = tokenizer(
    batch.map(({ text }) => text),
    { padding: true, truncation: false },
  );
  const outputs = await model(inputs);
  const hidden = outputs['last_hidden_state'] ?? outputs['token_embeddings'];
  const [texts, tokens = 0, dimension = 0] = hidden?.dims ?? [];
  const mask = inputs.attention_mask.data;
  if (texts !== batch.length || !(hidden?.data instanceof Float32Array) || !(mask instanceof BigInt64Array)) {
    throw invalid('The model does not give one row of numbers for each token.');
  }
  const { data } = hidden;
  return batch.map((_, row) => {
    const own = data.subarray(row * tokens * dimension, (row + 1) * tokens * dimension);
    const vector = unit(meanPooled(own, mask.subarray(row * tokens, (row + 1) * tokens), dimension));
    if (vector.length === 0 || !vector.every(Number.isFinite)) {
      throw invalid('The model gives values that are not numbers.');
    }
    return vector;
  });
}

function packed(sums: Float32Array[], texts: number): EmbeddingAnswer {
  const dimension = sums[0]?.length ?? 0;
  const values = new Float32Array(texts * dimension);
  sums.forEach((sum, index) => values.set(unit(sum), index * dimension));
  return { dimension, values };
}

function invalid(message: string): ProviderFailure {
  return new ProviderFailure('invalid_response', message, { provider: 'transformers' });
}
