import { constant, FLOAT, INT64, onnxFile, operation, port } from './onnx-writer';
import { specialToken, writeModel } from './model-folder';

/** Most tokens that the model takes, its two marks included. */
export const TINY_WINDOW = 16;
/** A word for which the model gives values that are no numbers. */
export const POISON = 'poison';

const MARKS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const WORDS = [
  'the',
  'room',
  'was',
  'clean',
  'cold',
  'price',
  'is',
  'high',
  'breakfast',
  'good',
  'one',
  POISON,
];
const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');
const VOCABULARY = [...MARKS, ...WORDS, ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];

export interface TinyEmbeddingModel {
  dimension?: number;
  quantized?: boolean;
  /** Another seed, other weights. */
  seed?: number;
}

/**
 * Writes a model with the shape of BERT: word pieces in, one vector per token out. The vectors are a fixed table of
 * pseudo-random numbers, so a text's vector says which words are in it, and nothing more.
 */
export function writeTinyEmbeddingModel(folder: string, options: TinyEmbeddingModel = {}): void {
  const { dimension = 24, quantized = false, seed = 7 } = options;
  const weights = onnxFile({
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
      port(name, INT64, ['texts', 'tokens']),
    ),
    constants: [constant('table', [VOCABULARY.length, dimension], table(dimension, seed))],
    nodes: [operation('Gather', ['table', 'input_ids'], 'last_hidden_state', { axis: 0 })],
    outputs: [port('last_hidden_state', FLOAT, ['texts', 'tokens', dimension])],
  });
  writeModel(folder, {
    [`onnx/model${quantized ? '_quantized' : ''}.onnx`]: weights,
    'tokenizer.json': tokenizer(),
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      unk_token: '[UNK]',
      sep_token: '[SEP]',
      pad_token: '[PAD]',
      cls_token: '[CLS]',
      mask_token: '[MASK]',
      model_max_length: TINY_WINDOW,
    },
    'config.json': {
      architectures: ['BertModel'],
      model_type: 'bert',
      hidden_size: dimension,
      vocab_size: VOCABULARY.length,
      max_position_embeddings: 512,
      pad_token_id: 0,
    },
  });
}

function table(dimension: number, seed: number): Float32Array {
  let state = seed;
  const values = Float32Array.from({ length: VOCABULARY.length * dimension }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const poison = VOCABULARY.indexOf(POISON) * dimension;
  return values.fill(NaN, poison, poison + dimension);
}

function tokenizer(): object {
  const mark = (id: string): object => ({ SpecialToken: { id, type_id: 0 } });
  const single = [mark('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, mark('[SEP]')];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: MARKS.map((content, id) => specialToken(id, content)),
    normalizer: { type: 'BertNormalizer', clean_text: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'TemplateProcessing', single, pair: single },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  };
}
