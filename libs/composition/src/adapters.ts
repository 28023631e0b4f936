import {
  Catalogue,
  CatalogueInvalid,
  chooseLanguageModel,
  chooseSpeechToText,
  Embedder,
  FfmpegMedia,
  FilesystemObjectStorage,
  findMediaPrograms,
  HashingEmbedder,
  LanguageModel,
  loadCatalogue,
  Media,
  NoSpeechToText,
  SpeechToText,
} from '@voxpersona/pipeline';
import { ConfigurationInvalid, Environment } from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataFolderOf } from './database';

/** What the configuration chose, and why: shown at start-up and to whoever asks. */
export interface Adapters {
  speechToText: SpeechToText;
  languageModel: LanguageModel;
  embedder: Embedder;
  media: Media;
  objectStorage: FilesystemObjectStorage;
  catalogue: Catalogue;
  reasons: { speechToText: string; languageModel: string; embedder: string };
}

/**
 * Picks every adapter.
 *
 * @throws ConfigurationInvalid with all faults that can be found before anything is started
 */
export async function chooseAdapters(environment: Environment): Promise<Adapters> {
  const faults: string[] = [];
  const speechToText = chooseOr(faults, () => speechToTextOf(environment));
  const media = chooseOr(faults, () => mediaOf(environment));
  const catalogue = await loadCatalogue(catalogueFolder(environment)).catch((error: unknown) => {
    faults.push(
      ...(error instanceof CatalogueInvalid ? error.faults : [`CATALOGUE_DIR: ${describe(error)}`]),
    );
    return undefined;
  });
  if (!speechToText || !media || !catalogue) throw new ConfigurationInvalid(faults);
  const { model, reason } = languageModelOf(environment);
  return {
    speechToText: speechToText.provider,
    languageModel: model,
    embedder: new HashingEmbedder(),
    media,
    objectStorage: new FilesystemObjectStorage(join(dataFolderOf(environment), 'objects')),
    catalogue,
    reasons: {
      speechToText: speechToText.reason,
      languageModel: reason,
      embedder: `EMBEDDINGS=${environment.EMBEDDINGS}`,
    },
  };
}

function chooseOr<T>(faults: string[], choose: () => T): T | undefined {
  try {
    return choose();
  } catch (error) {
    faults.push(describe(error));
    return undefined;
  }
}

function speechToTextOf(environment: Environment): ReturnType<typeof chooseSpeechToText> {
  const { CHUNK_TARGET_SECONDS: targetSeconds, CHUNK_MAX_SECONDS: maxSeconds } = environment;
  return chooseSpeechToText({
    provider: environment.SPEECH_TO_TEXT,
    openai: {
      apiKey: environment.OPENAI_API_KEY,
      baseUrl: environment.OPENAI_BASE_URL,
      model: environment.OPENAI_TRANSCRIPTION_MODEL,
      concurrency: environment.OPENAI_CONCURRENCY,
      timeoutMs: environment.OPENAI_TIMEOUT_SECONDS * 1_000,
    },
    chunks: {
      ...(targetSeconds !== undefined && { targetSeconds }),
      ...(maxSeconds !== undefined && { maxSeconds }),
    },
  });
}

function languageModelOf(environment: Environment): ReturnType<typeof chooseLanguageModel> {
  return chooseLanguageModel({
    provider: environment.LANGUAGE_MODEL,
    anthropic: {
      apiKey: environment.ANTHROPIC_API_KEY,
      baseUrl: environment.ANTHROPIC_BASE_URL,
      model: environment.ANTHROPIC_MODEL,
      concurrency: environment.ANTHROPIC_CONCURRENCY,
      timeoutMs: environment.ANTHROPIC_TIMEOUT_SECONDS * 1_000,
    },
  });
}

function mediaOf(environment: Environment): Media {
  try {
    const { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe } = environment;
    return new FfmpegMedia(findMediaPrograms({ ffmpeg, ffprobe }));
  } catch (error) {
    throw new Error(`FFMPEG_PATH: ffmpeg cannot be run: ${describe(error)}`, { cause: error });
  }
}

/** The project's own folder lies above the code, compiled or not. */
function catalogueFolder(environment: Environment): string {
  if (environment.CATALOGUE_DIR !== undefined) return environment.CATALOGUE_DIR;
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'catalogue');
    if (existsSync(join(candidate, 'reports'))) return candidate;
  }
  return 'catalogue';
}

function describe(error: unknown): string {
  if (error instanceof NoSpeechToText) return `SPEECH_TO_TEXT: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
