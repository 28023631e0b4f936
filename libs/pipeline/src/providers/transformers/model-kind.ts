/** What a model of one kind is made of, and what else would do the work. */
export interface ModelKind {
  /** Short stable name of the provider that runs it. */
  provider: string;
  /** ONNX files, without `_quantized` and `.onnx`. */
  weights: readonly string[];
  /** Files that say how to read in and out; `config.json` is not among them. */
  descriptions: readonly string[];
  /** What to choose in its place, as a message puts it. */
  alternative: string;
}

const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** Kept last in a download: a folder that has it is whole. */
export const SEAL = 'config.json';

export const EMBEDDING_MODEL: ModelKind = {
  provider: 'transformers',
  weights: ['onnx/model'],
  descriptions: TOKENIZER,
  alternative: 'another embedder',
};

export const WHISPER_MODEL: ModelKind = {
  provider: 'whisper-local',
  weights: ['onnx/encoder_model', 'onnx/decoder_model_merged'],
  descriptions: [...TOKENIZER, 'preprocessor_config.json', 'generation_config.json'],
  alternative: 'another recogniser',
};

/** Every file that the model needs, the small ones first and the seal last. */
export function filesOf(kind: ModelKind, quantized: boolean): string[] {
  return [...kind.descriptions, ...weightsOf(kind, quantized), SEAL];
}

/** Files by whose content a model is known. */
export function identifyingFiles(kind: ModelKind, quantized: boolean): string[] {
  return [...weightsOf(kind, quantized), ...TOKENIZER];
}

function weightsOf(kind: ModelKind, quantized: boolean): string[] {
  return kind.weights.map((name) => `${name}${quantized ? '_quantized' : ''}.onnx`);
}
