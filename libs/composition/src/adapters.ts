import {
  Catalogue,
  CatalogueInvalid,
  ChatFiles,
  chooseEmbedder,
  chooseLanguageModel,
  chooseSpeechToText,
  chooseVoiceActivity,
  Embedder,
  EmbedderIdentity,
  FfmpegMedia,
  FilesystemObjectStorage,
  findMediaPrograms,
  KeyPool,
  LanguageModel,
  loadCatalogue,
  Media,
  MinioObjectStorage,
  NoSpeechToText,
  ObjectStorage,
  openEmbedder,
  ProviderFailure,
  SpeechToText,
  TelegramFiles,
  VoiceActivity,
} from '@voxpersona/pipeline';
import { ConfigurationInvalid, Environment, TELEGRAM_API } from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Foundation } from './foundation';
import { CompositionLog } from './log';
import { measureAdapters } from './metrics/measure-adapters';
import { modelSources } from './models';
import { PaidProvider, providerKeys } from './provider-keys';

/** What the configuration chose, and why: shown at start-up and to whoever asks. */
export interface Adapters {
  speechToText: SpeechToText;
  languageModel: LanguageModel;
  embedder: Embedder;
  media: Media;
  /** Undefined: loudness alone tells speech from silence. */
  voiceActivity: VoiceActivity | undefined;
  objectStorage: ObjectStorage;
  catalogue: Catalogue;
  /** Undefined where no bot is configured. */
  chatFiles: ChatFiles | undefined;
  /** Keys of providers that are paid, with their limits. */
  keyPools: Readonly<Partial<Record<PaidProvider, KeyPool>>>;
  /** Opens the embedder of an earlier index, where it can still be had. */
  openEmbedder(identity: EmbedderIdentity): Promise<Embedder | undefined>;
  reasons: { speechToText: string; languageModel: string; embedder: string; voiceActivity: string };
}

/**
 * Picks every adapter. A local model may be downloaded here: that is said, and takes as long as it takes.
 *
 * @throws ConfigurationInvalid with all faults that were found
 */
export async function chooseAdapters(
  environment: Environment,
  foundation: Foundation,
  log: CompositionLog,
): Promise<Adapters> {
  const faults: string[] = [];
  const { dataFolder } = foundation.database;
  const models = modelSources(environment);
  const openai = providerKeys('openai', environment, foundation, log);
  const anthropic = providerKeys('anthropic', environment, foundation, log);
  const tell = (text: string): void => log.log(text);
  const voice = await chooseOr(faults, () =>
    chooseVoiceActivity({
      provider: environment.VOICE_ACTIVITY,
      silero: models.voiceActivity,
      onProgress: tell,
    }),
  );
  const media = await chooseOr(faults, () => mediaOf(environment, voice?.voiceActivity, log));
  const catalogue = await chooseOr(faults, () => catalogueOf(environment));
  const speechToText = await chooseOr(faults, () =>
    chooseSpeechToText({
      provider: environment.SPEECH_TO_TEXT,
      openai: {
        keys: openai,
        baseUrl: environment.OPENAI_BASE_URL,
        model: environment.OPENAI_TRANSCRIPTION_MODEL,
        concurrency: environment.OPENAI_CONCURRENCY,
        timeoutMs: environment.OPENAI_TIMEOUT_SECONDS * 1_000,
      },
      whisperLocal: models.whisper,
      chunks: chunksOf(environment),
      onProgress: tell,
    }),
  );
  const embedder = await chooseOr(faults, () =>
    chooseEmbedder({
      provider: environment.EMBEDDINGS,
      transformers: models.embeddings,
      onProgress: tell,
    }),
  );
  if (!voice || !speechToText || !media || !catalogue || !embedder) throw new ConfigurationInvalid(faults);
  const { model, reason } = chooseLanguageModel({
    provider: environment.LANGUAGE_MODEL,
    anthropic: {
      keys: anthropic,
      baseUrl: environment.ANTHROPIC_BASE_URL,
      model: environment.ANTHROPIC_MODEL,
      concurrency: environment.ANTHROPIC_CONCURRENCY,
      timeoutMs: environment.ANTHROPIC_TIMEOUT_SECONDS * 1_000,
      contextTokens: environment.ANTHROPIC_CONTEXT_TOKENS,
    },
  });
  const adapters: Adapters = {
    speechToText: speechToText.provider,
    languageModel: model,
    embedder: embedder.embedder,
    media,
    voiceActivity: voice.voiceActivity,
    objectStorage: openObjectStorage(environment, dataFolder),
    catalogue,
    chatFiles: chatFilesOf(environment),
    keyPools: { ...(openai && { openai }), ...(anthropic && { anthropic }) },
    openEmbedder: (identity) => openEmbedder(identity, models.embeddings),
    reasons: {
      speechToText: speechToText.reason,
      languageModel: reason,
      embedder: embedder.reason,
      voiceActivity: voice.reason,
    },
  };
  return measureAdapters(adapters, foundation.metrics);
}

/** Opens the object storage; a bucket that is missing is made when it is first looked at. */
export function openObjectStorage(environment: Environment, dataFolder: string): ObjectStorage {
  const { MINIO_ENDPOINT: endpoint, MINIO_ACCESS_KEY: accessKey, MINIO_SECRET_KEY: secretKey } = environment;
  if (environment.OBJECT_STORAGE === 'filesystem') {
    return new FilesystemObjectStorage(environment.OBJECTS_DIR ?? join(dataFolder, 'objects'));
  }
  if (!endpoint || !accessKey || !secretKey) throw new Error('The settings of MinIO were not checked');
  const { MINIO_BUCKET: bucket, MINIO_REGION: region } = environment;
  return new MinioObjectStorage({ endpoint, accessKey, secretKey, bucket, region });
}

/** Telegram's own servers hand out 20 MB; one of one's own (TELEGRAM_API_ROOT) as much as it takes. */
export function chatFilesOf(environment: Environment): ChatFiles | undefined {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, TELEGRAM_MAX_FILE_BYTES } = environment;
  if (token === undefined) return undefined;
  const usual = apiRoot === TELEGRAM_API ? 20_000_000 : 2_000_000_000;
  const maxBytes = Math.min(TELEGRAM_MAX_FILE_BYTES ?? usual, environment.MAX_UPLOAD_BYTES);
  return new TelegramFiles({ token, apiRoot, maxBytes });
}

async function chooseOr<T>(faults: string[], choose: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await choose();
  } catch (error) {
    faults.push(...describe(error));
    return undefined;
  }
}

function chunksOf(environment: Environment): { targetSeconds?: number; maxSeconds?: number } {
  const { CHUNK_TARGET_SECONDS: targetSeconds, CHUNK_MAX_SECONDS: maxSeconds } = environment;
  return {
    ...(targetSeconds !== undefined && { targetSeconds }),
    ...(maxSeconds !== undefined && { maxSeconds }),
  };
}

function mediaOf(
  environment: Environment,
  voiceActivity: VoiceActivity | undefined,
  log: CompositionLog,
): Media {
  try {
    const { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe } = environment;
    const media = new FfmpegMedia(findMediaPrograms({ ffmpeg, ffprobe }), { voiceActivity });
    const { programs, warnings } = media.description;
    log.log(`Media: ${programs}`);
    for (const warning of warnings) log.warn(warning);
    return media;
  } catch (error) {
    throw new Error(`FFMPEG_PATH: ffmpeg cannot be run: ${describe(error).join('; ')}`, { cause: error });
  }
}

/** The catalogue that the environment names. @throws CatalogueInvalid, Error */
export async function catalogueOf(environment: Environment): Promise<Catalogue> {
  try {
    return await loadCatalogue(catalogueFolder(environment));
  } catch (error) {
    if (error instanceof CatalogueInvalid) throw error;
    throw new Error(`CATALOGUE_DIR: ${describe(error).join('; ')}`, { cause: error });
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

function describe(error: unknown): readonly string[] {
  if (error instanceof CatalogueInvalid) return error.faults;
  if (error instanceof NoSpeechToText) return [`SPEECH_TO_TEXT: ${error.message}`];
  if (error instanceof ProviderFailure) {
    return [`${settingOf(error)}: ${error.message}`];
  }
  return [error instanceof Error ? error.message : String(error)];
}

function settingOf({ provider }: ProviderFailure): string {
  switch (provider) {
    case 'transformers':
      return 'EMBEDDINGS';
    case 'silero':
      return 'VOICE_ACTIVITY';
    default:
      return 'SPEECH_TO_TEXT';
  }
}
