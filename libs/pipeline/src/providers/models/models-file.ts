import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { EMBEDDING_MODEL, ModelKind, SILERO_MODEL, WHISPER_MODEL } from './model-kind';
import { ModelOrigin } from './model-source';

const KINDS = {
  'voice-activity': SILERO_MODEL,
  whisper: WHISPER_MODEL,
  'sentence-vectors': EMBEDDING_MODEL,
} as const satisfies Record<string, ModelKind>;

const text = z.string().min(1);
const name = text.regex(/^(?!\.)[\w.-]+(\/(?!\.)[\w.-]+)?$/, 'must be a name such as Xenova/whisper-base');
/** A path that stays inside its folder. */
const innerPath = text.regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))/, 'must not leave its folder');

const origin = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hub'), repository: name }),
  z.strictObject({
    type: z.literal('npm'),
    package: text.regex(/^(@[\w.-]+\/)?[\w.-]+$/),
    version: text.regex(/^\d+\.\d+\.\d+[\w.+-]*$/),
    integrity: text.regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
    paths: z.record(innerPath, innerPath),
  }),
  z.strictObject({ type: z.literal('folder'), path: text }),
]);

const modelsFile = z.strictObject({
  models: z.array(
    z.strictObject({
      name,
      kind: z.enum(['voice-activity', 'whisper', 'sentence-vectors']),
      purpose: text,
      licence: text,
      downloadBytes: z.int().min(0),
      source: origin,
      sha256: z.record(innerPath, text.regex(/^[0-9a-f]{64}$/)).optional(),
    }),
  ),
});

/** A model that the project knows: one entry of `models.json`. */
export interface KnownModel {
  name: string;
  kind: ModelKind;
  purpose: string;
  licence: string;
  /** About how much is downloaded. */
  downloadBytes: number;
  origin: ModelOrigin;
  /** SHA-256 by file, where known in advance. */
  sha256: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads `models.json`.
 *
 * @param file the project's own by default; it lies above the code, compiled or not
 * @throws Error that names the file and what is wrong in it
 */
export function readModelsFile(file = projectsOwn()): KnownModel[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const parsed = modelsFile.safeParse(content);
  if (!parsed.success) throw new Error(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data.models.map(({ kind, source, ...model }) => ({
    ...model,
    kind: KINDS[kind],
    origin: source.type === 'folder' ? { ...source, path: resolve(dirname(file), source.path) } : source,
    sha256: model.sha256,
  }));
}

function projectsOwn(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'models.json');
    if (existsSync(candidate)) return candidate;
  }
  return resolve('models.json');
}
