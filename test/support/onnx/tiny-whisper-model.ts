import { constant, FLOAT, Graph, INT64, onnxFile, operation, port } from './onnx-writer';
import { specialToken, writeModel } from './model-folder';
import { byteLevelVocabulary, idAt, idOf, marks, VOCABULARY_SIZE } from './tiny-whisper-vocabulary';

/** What the model says whatever it hears. */
export const SAID = {
  en: [
    { start: 0, end: 6, text: 'Good morning.' },
    { start: 6, end: 9.4, text: 'The room is clean.' },
  ],
  ru: [
    { start: 0, end: 6, text: 'Доброе утро.' },
    { start: 6, end: 9.4, text: 'The room is clean.' },
  ],
} as const;

/** Scores: never, the token that comes next, and the one that comes when the first is not allowed. */
const NEVER = -100;
const NEXT = 10;
const SECOND = 5;
/** What having been told the language adds to its first word. */
const TOLD = 8;
/** Mean of the features between silence (-1.5) and a loud sound: louder is taken for Russian. */
const LOUD = -1.2;
const BY_LOUDNESS = 10;

/**
 * Writes a model with the shape of Whisper. Its next token depends on the last one, and on the language token that went
 * before; the language token depends on how loud the audio is. Loading, generation, time stamps and the choice of the
 * language are the real library's and the real adapter's.
 */
export function writeTinyWhisperModel(folder: string, options: { multilingual?: boolean } = {}): void {
  const { multilingual = true } = options;
  writeModel(folder, {
    'onnx/encoder_model.onnx': onnxFile(encoder()),
    'onnx/decoder_model_merged.onnx': onnxFile(decoder()),
    'config.json': {
      architectures: ['WhisperForConditionalGeneration'],
      model_type: 'whisper',
      is_encoder_decoder: true,
      d_model: 1,
      encoder_layers: 1,
      encoder_attention_heads: 1,
      decoder_layers: 1,
      decoder_attention_heads: 1,
      max_source_positions: 1_500,
      vocab_size: VOCABULARY_SIZE,
      decoder_start_token_id: idOf('<|startoftranscript|>'),
      eos_token_id: idOf('<|endoftext|>'),
      pad_token_id: idOf('<|endoftext|>'),
    },
    'generation_config.json': {
      is_multilingual: multilingual,
      max_length: 448,
      no_timestamps_token_id: idOf('<|notimestamps|>'),
      decoder_start_token_id: idOf('<|startoftranscript|>'),
      eos_token_id: idOf('<|endoftext|>'),
    },
    'preprocessor_config.json': {
      feature_extractor_type: 'WhisperFeatureExtractor',
      processor_class: 'WhisperProcessor',
      chunk_length: 30,
      feature_size: 8,
      hop_length: 160,
      n_fft: 400,
      n_samples: 480_000,
      nb_max_frames: 3_000,
      sampling_rate: 16_000,
      padding_value: 0,
    },
    'tokenizer_config.json': {
      tokenizer_class: 'WhisperTokenizer',
      unk_token: '<|endoftext|>',
      bos_token: '<|endoftext|>',
      eos_token: '<|endoftext|>',
    },
    'tokenizer.json': tokenizer(),
  });
}

/** The audio's mean, in the place of an encoder's states. */
function encoder(): Graph {
  return {
    inputs: [port('input_features', FLOAT, ['audio', 'bands', 'frames'])],
    constants: [],
    nodes: [operation('ReduceMean', ['input_features'], 'last_hidden_state', { keepdims: 1 })],
    outputs: [port('last_hidden_state', FLOAT, ['audio', 1, 1])],
  };
}

function decoder(): Graph {
  const size = VOCABULARY_SIZE;
  return {
    inputs: [
      port('input_ids', INT64, ['audio', 'tokens']),
      port('encoder_hidden_states', FLOAT, ['audio', 1, 1]),
      port('past_key_values.0.decoder.key', FLOAT, ['audio', 1, 'past', 1]),
    ],
    constants: [
      constant('table', [size, size], nextTokens()),
      constant('loudness', [size], only([['<|ru|>', BY_LOUDNESS]])),
      constant('told', [size], only([['Доброе', TOLD]])),
      constant('russian', [1], Float32Array.of(idOf('<|ru|>'))),
      constant('as_past', [4], BigInt64Array.of(1n, 1n, -1n, 1n)),
    ],
    nodes: [
      // The tokens so far travel where a real decoder keeps its keys.
      operation('Cast', ['input_ids'], 'numbers', { to: FLOAT }),
      operation('Reshape', ['numbers', 'as_past'], 'new'),
      operation('Concat', ['past_key_values.0.decoder.key', 'new'], 'present.0.decoder.key', { axis: 2 }),
      operation('Equal', ['present.0.decoder.key', 'russian'], 'is_russian'),
      operation('Cast', ['is_russian'], 'marks', { to: FLOAT }),
      operation('ReduceMax', ['marks'], 'in_russian', { keepdims: 0 }),
      operation('Mul', ['in_russian', 'told'], 'by_language'),
      operation('Mul', ['encoder_hidden_states', 'loudness'], 'by_loudness'),
      operation('Gather', ['table', 'input_ids'], 'by_last', { axis: 0 }),
      operation('Add', ['by_last', 'by_language'], 'sum'),
      operation('Add', ['sum', 'by_loudness'], 'logits'),
    ],
    outputs: [
      port('logits', FLOAT, ['audio', 'tokens', size]),
      port('present.0.decoder.key', FLOAT, ['audio', 1, 'all', 1]),
    ],
  };
}

/** For every last token the scores of the next. */
function nextTokens(): Float32Array {
  const table = new Float32Array(VOCABULARY_SIZE ** 2).fill(NEVER);
  const follow = (last: number, next: number, score: number): void => {
    table[last * VOCABULARY_SIZE + next] = score;
  };
  const chain = (...tokens: number[]): void =>
    tokens.slice(1).forEach((next, index) => follow(tokens[index] ?? 0, next, NEXT));
  const text = (...words: string[]): number[] => words.map(idOf);
  chain(idAt(0), ...text('Good', ' morning.'), idAt(6));
  chain(idAt(6), ...text(' The', ' room', ' is', ' clean.'), idAt(9.4), idOf('<|endoftext|>'));
  chain(...text('Доброе', ' утро.'), idAt(6));
  follow(idAt(0), idOf('Доброе'), SECOND);
  // A time stamp ends one text and, said again, begins the next.
  follow(idAt(6), idAt(6), SECOND);
  follow(idOf('<|startoftranscript|>'), idOf('<|en|>'), 0);
  follow(idOf('<|startoftranscript|>'), idOf('<|ru|>'), -LOUD * BY_LOUDNESS);
  return table;
}

function only(scores: [string, number][]): Float32Array {
  const values = new Float32Array(VOCABULARY_SIZE);
  for (const [token, score] of scores) values[idOf(token)] = score;
  return values;
}

function tokenizer(): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: marks().map(({ id, content }) => specialToken(id, content)),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', unk_token: '', vocab: byteLevelVocabulary(), merges: [] },
  };
}
