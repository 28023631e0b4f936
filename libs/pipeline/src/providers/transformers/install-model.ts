import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderFailure } from '../provider-failure';
import { DownloadFailed, downloadFile } from './download-file';
import { filesOf, ModelKind, SEAL } from './model-kind';
import { folderOf, HUB, ModelSource, OnProgress, STALL_MS } from './model-source';

const LINE_EVERY_MS = 1_000;

/**
 * Sees to it that all files of a model are on this machine, and gives their folder.
 *
 * A folder that is whole is used as it is. A folder without `config.json` is none, or a download that was cut short: what
 * is missing is downloaded, where that is allowed. A folder with `config.json` that lacks another file is refused, for
 * it may hold a model of the user's own, with which the hub's files must not be mixed.
 *
 * @throws ProviderFailure `not_installed`, with what to do
 */
export async function installModel(
  source: ModelSource,
  kind: ModelKind,
  onProgress: OnProgress,
): Promise<string> {
  const folder = folderOf(source);
  const missing = filesOf(kind, source.quantized).filter((file) => !isThere(join(folder, file)));
  if (missing.length === 0) return folder;
  if (!source.allowDownload || !missing.includes(SEAL)) {
    throw new ProviderFailure('not_installed', whatToDo(source, kind, folder, missing), {
      provider: kind.provider,
    });
  }
  for (const file of missing) await fetchFile(source, kind, folder, file, onProgress);
  return folder;
}

/** An empty file is what a full disk leaves behind; it is not one of a model's. */
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
  if (!existsSync(folder)) {
    return (
      `The model ${model} is not in ${folder}, and downloads are not allowed. ` +
      `Put its files there (${missing.join(', ')}), allow the download, or choose ${kind.alternative}.`
    );
  }
  const anew = source.allowDownload ? ', remove the folder to have the model downloaded anew' : '';
  return (
    `The model ${model} in ${folder} lacks ${missing.join(', ')}. ` +
    `Put what is missing there${anew}, or choose ${kind.alternative}.`
  );
}

async function fetchFile(
  source: ModelSource,
  kind: ModelKind,
  folder: string,
  file: string,
  onProgress: OnProgress,
): Promise<void> {
  const { model, revision } = source;
  const hub = (source.hubUrl ?? HUB).replace(/\/+$/, '');
  let lastLine = -Infinity;
  try {
    await downloadFile({
      url: `${hub}/${model}/resolve/${encodeURIComponent(revision)}/${file}`,
      target: join(folder, file),
      stallMs: source.stallMs ?? STALL_MS,
      onProgress: (received, total) => {
        if (Date.now() - lastLine < LINE_EVERY_MS) return;
        lastLine = Date.now();
        onProgress(`Downloading ${model}: ${file} ${share(received, total)}`);
      },
    });
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    throw new ProviderFailure(
      'not_installed',
      `The model ${model} could not be had from ${hostOf(hub)} (${file}: ${error.message}). ` +
        `Put the model's files into ${folder}, or choose ${kind.alternative}.`,
      { provider: kind.provider, cause: error },
    );
  }
}

function share(received: number, total: number | undefined): string {
  return total === undefined
    ? megabytes(received)
    : `${Math.floor((100 * received) / total)} % of ${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  const value = bytes / 1_000_000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}

function hostOf(hub: string): string {
  return URL.canParse(hub) ? new URL(hub).host : hub;
}
