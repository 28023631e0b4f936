import { readFile } from 'node:fs/promises';
import { ProviderFailure } from '../../provider-failure';
import { GoOn, serveModel } from '../../transformers/serve-model';
import {
  AudioProcessor,
  openLibrary,
  SpeechModel,
  Tensor,
  TransformersLibrary,
} from '../../transformers/transformers-library';
import { likeliest, WhisperLanguage, whisperLanguages } from './language-tokens';
import { samplesOf } from './pcm-wav';
import {
  SAMPLE_RATE,
  STRIDE_SECONDS,
  VARIED_TEMPERATURE,
  WhisperAnswer,
  WhisperFacts,
  WhisperRequest,
  WINDOW_SECONDS,
} from './whisper-messages';

/** Words that an English-only Whisper knows; every other has one more. */
const ENGLISH_ONLY_VOCABULARY = 51_864;

serveModel<WhisperRequest, WhisperAnswer, WhisperFacts>(async ({ folder, quantized }) => {
  const { library, name } = await openLibrary(folder);
  const tokenizer = await library.AutoTokenizer.from_pretrained(name);
  const model = await library.AutoModelForSpeechSeq2Seq.from_pretrained(name, { quantized });
  fillGaps(model);
  const pauses = { goOn: (): Promise<void> => Promise.resolve() };
  const processor = pausing(await library.AutoProcessor.from_pretrained(name), pauses);
  pauseBetweenTokens(model, pauses);
  const listen = new library.AutomaticSpeechRecognitionPipeline({
    task: 'automatic-speech-recognition',
    model,
    tokenizer,
    processor,
  });
  const multilingual = isMultilingual(model);
  const languages = multilingual ? whisperLanguages(tokenizer.model.tokens_to_ids) : [];

  const answer = async ({ file, language, vary }: WhisperRequest, goOn: GoOn): Promise<WhisperAnswer> => {
    const given = language === undefined ? undefined : named(language, languages);
    const audio = samplesOf(await readFile(file));
    if (audio.length === 0) return { language, heard: [] };
    pauses.goOn = goOn;
    const unknown = language === undefined;
    const spoken = unknown ? await detect(audio, languages, library, processor, model) : given;
    const { chunks = [] } = await listen(audio, {
      return_timestamps: true,
      chunk_length_s: WINDOW_SECONDS,
      stride_length_s: STRIDE_SECONDS,
      ...(spoken ? { language: spoken.code, task: 'transcribe' } : {}),
      ...(vary ? { do_sample: true, temperature: VARIED_TEMPERATURE } : {}),
    });
    const heard = chunks.map(({ timestamp: [start, end], text }) => ({ start, end, text }));
    return { language: spoken?.language ?? language, heard };
  };
  return { facts: { multilingual }, answer };
});

/**
 * What is called before each step of the library's: left to itself it works through all of the audio without letting a
 * message in.
 */
interface Pauses {
  goOn: GoOn;
}

/** The processor, with a pause before each window. Its settings can be read through it. */
function pausing(processor: AudioProcessor, pauses: Pauses): AudioProcessor {
  return new Proxy(processor, {
    apply: async (actual, _, [audio]: [Float32Array]) => {
      await pauses.goOn();
      return actual(audio);
    },
  });
}

function pauseBetweenTokens(model: SpeechModel, pauses: Pauses): void {
  const step = model.runBeam.bind(model);
  model.runBeam = async (beam) => {
    await pauses.goOn();
    return step(beam);
  };
}

/** Older models leave these out, and the library then stumbles over their absence. */
function fillGaps({ generation_config: settings }: SpeechModel): void {
  settings.max_initial_timestamp_index ??= null;
  if (settings.no_timestamps_token_id !== undefined) {
    settings.forced_decoder_ids ??= [[1, settings.no_timestamps_token_id]];
  }
}

function isMultilingual({ generation_config: settings, config }: SpeechModel): boolean {
  return settings.is_multilingual ?? config['vocab_size'] !== ENGLISH_ONLY_VOCABULARY;
}

function named(language: string, languages: readonly WhisperLanguage[]): WhisperLanguage | undefined {
  const found = languages.find((known) => known.language === language);
  const englishOnly = languages.length === 0 && language === 'en';
  if (found || englishOnly) return found;
  throw new ProviderFailure('rejected', `This Whisper model does not know the language ${language}.`, {
    provider: 'whisper-local',
  });
}

/**
 * The language of the first 30 seconds: Whisper's first token after the start is that of a language. The library knows
 * no detection, so one step of the decoder is run here.
 */
async function detect(
  audio: Float32Array,
  languages: readonly WhisperLanguage[],
  library: TransformersLibrary,
  processor: AudioProcessor,
  model: SpeechModel,
): Promise<WhisperLanguage | undefined> {
  const start = model.config['decoder_start_token_id'];
  if (languages.length === 0 || typeof start !== 'number') return undefined;
  const { input_features } = await processor(audio.subarray(0, WINDOW_SECONDS * SAMPLE_RATE));
  const decoder_input_ids = new library.Tensor('int64', BigInt64Array.of(BigInt(start)), [1, 1]);
  const { logits } = await model({ input_features, decoder_input_ids });
  return likeliest(languages, scoresOf(logits));
}

function scoresOf(logits: Tensor | undefined): Float32Array {
  if (logits?.data instanceof Float32Array) return logits.data;
  throw new ProviderFailure('invalid_response', 'The model gives no scores.', { provider: 'whisper-local' });
}
