/** The files that a model of one kind consists of. */
export interface ModelKind {
  /** Short stable name of the provider that runs it. */
  provider: string;
  /** ONNX files without `.onnx`. */
  weights: readonly string[];
  /** True where the hub has the weights in eight bits too, with `_quantized` in their names. */
  hasQuantized: boolean;
  /** Files that describe input and output, without `config.json`. */
  descriptions: readonly string[];
  /** False for a model that is one file: it has no `config.json`. */
  hasConfig: boolean;
  /** What to do without the model, as a message puts it: `choose another embedder`. */
  alternative: string;
}

const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** Downloaded last: a folder that has it is complete. */
export const SEAL = 'config.json';

export const EMBEDDING_MODEL: ModelKind = {
  provider: 'transformers',
  weights: ['onnx/model'],
  hasQuantized: true,
  descriptions: TOKENIZER,
  hasConfig: true,
  alternative: 'choose another embedder',
};

export const WHISPER_MODEL: ModelKind = {
  provider: 'whisper-local',
  weights: ['onnx/encoder_model', 'onnx/decoder_model_merged'],
  hasQuantized: true,
  descriptions: [...TOKENIZER, 'preprocessor_config.json', 'generation_config.json'],
  hasConfig: true,
  alternative: 'choose another recogniser',
};

export const SILERO_MODEL: ModelKind = {
  provider: 'silero',
  weights: ['silero_vad_v5'],
  hasQuantized: false,
  descriptions: [],
  hasConfig: false,
  alternative: 'set VOICE_ACTIVITY=loudness',
};

/** Every file that the model needs, the small ones first and the seal last. */
export function filesOf(kind: ModelKind, quantized: boolean): string[] {
  const files = [...kind.descriptions, ...weightsOf(kind, quantized)];
  return kind.hasConfig ? [...files, SEAL] : files;
}

/** Files whose content identifies a model. */
export function identifyingFiles(kind: ModelKind, quantized: boolean): string[] {
  return [...weightsOf(kind, quantized), ...TOKENIZER.filter((file) => kind.descriptions.includes(file))];
}

function weightsOf(kind: ModelKind, quantized: boolean): string[] {
  const suffix = quantized && kind.hasQuantized ? '_quantized' : '';
  return kind.weights.map((name) => `${name}${suffix}.onnx`);
}
