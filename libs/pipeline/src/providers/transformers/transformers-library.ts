import { basename, dirname } from 'node:path';

/** A block of numbers, row after row. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export interface Tokenizer {
  (
    texts: string[],
    options: { padding: boolean; truncation: boolean },
  ): { input_ids: Tensor; attention_mask: Tensor };
  encode(text: string): number[];
  model_max_length: number | undefined;
  readonly model: { readonly tokens_to_ids: ReadonlyMap<string, number> };
}

type Inputs = Record<string, Tensor>;
type Outputs = Partial<Record<string, Tensor>>;

export interface Model {
  (inputs: Inputs): Promise<Outputs>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What a Whisper model says about itself in `generation_config.json`; any of it may be absent. */
export interface SpeechModel extends Model {
  /** Makes the next token. */
  runBeam(beam: unknown): Promise<unknown>;
  readonly generation_config: {
    is_multilingual?: boolean;
    no_timestamps_token_id?: number;
    forced_decoder_ids?: [number, number | null][] | null;
    max_initial_timestamp_index?: number | null;
  };
}

/** Audio (mono, samples from -1 to 1, at the model's rate) to features. */
export type AudioProcessor = (audio: Float32Array) => Promise<{ input_features: Tensor }>;

export interface HeardChunk {
  /** Seconds; null where the model named no time. */
  timestamp: [number | null, number | null];
  text: string;
}

export type SpeechPipeline = (
  audio: Float32Array,
  options: Record<string, unknown>,
) => Promise<{ chunks?: HeardChunk[] }>;

interface Loader<Loaded> {
  from_pretrained(name: string, options?: { quantized: boolean }): Promise<Loaded>;
}

/** The part of @xenova/transformers that is used here, with narrower types than its own. */
export interface TransformersLibrary {
  env: { allowRemoteModels: boolean; allowLocalModels: boolean; localModelPath: string; useFSCache: boolean };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => Tensor;
  AutoTokenizer: Loader<Tokenizer>;
  AutoModel: Loader<Model>;
  AutoModelForSpeechSeq2Seq: Loader<SpeechModel>;
  AutoProcessor: Loader<AudioProcessor>;
  AutomaticSpeechRecognitionPipeline: new (parts: {
    task: 'automatic-speech-recognition';
    model: SpeechModel;
    tokenizer: Tokenizer;
    processor: AudioProcessor;
  }) => SpeechPipeline;
}

/**
 * The library, bound to one folder and kept off the network: downloading is our own work, since the library's cache takes
 * a file that was cut in the middle for a whole one.
 *
 * @returns the library and the name by which it knows the model
 */
export async function openLibrary(folder: string): Promise<{ library: TransformersLibrary; name: string }> {
  const library = (await import('@xenova/transformers')) as unknown as TransformersLibrary;
  library.env.allowRemoteModels = false;
  library.env.allowLocalModels = true;
  library.env.useFSCache = false;
  library.env.localModelPath = dirname(folder);
  return { library, name: basename(folder) };
}
