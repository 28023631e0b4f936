import { listFiles } from '@huggingface/hub';
import { join } from 'node:path';
import { Checksum, gitChecksum, sha256Checksum } from './checksum';
import { DownloadFailed, downloadFile } from './download-file';
import { HUB, HubOrigin, ModelSource, OnProgress, STALL_MS } from './model-source';
import { downloadLines } from './progress';

/**
 * Downloads files of a repository and checks each against the hub's list of hashes. A mirror without that list is
 * trusted for the length alone.
 *
 * @throws DownloadFailed that names the file
 */
export async function fetchFromHub(
  source: ModelSource,
  { repository }: HubOrigin,
  folder: string,
  files: readonly string[],
  onProgress: OnProgress,
): Promise<void> {
  const hub = hubOf(source);
  const stallMs = source.stallMs ?? STALL_MS;
  const revision = encodeURIComponent(source.revision);
  const expected = await listHashes({ hub, repository, revision }, stallMs);
  for (const file of files) {
    try {
      await downloadFile({
        url: `${hub}/${repository}/resolve/${revision}/${file}`,
        target: join(folder, file),
        stallMs,
        expected: expected.get(file),
        onProgress: downloadLines(`${source.model}: ${file}`, onProgress),
      });
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error;
      throw new DownloadFailed(`${file}: ${error.message}`, { cause: error });
    }
  }
}

export function hubOf(source: ModelSource): string {
  return (source.hubUrl ?? HUB).replace(/\/+$/, '');
}

/**
 * Large files are known by SHA-256, the others by their git blob. Empty where the hub has no such list or is not reached: the
 * download of the first file then says why.
 */
async function listHashes(
  { hub, repository, revision }: { hub: string; repository: string; revision: string },
  stallMs: number,
): Promise<Map<string, Checksum>> {
  const hashes = new Map<string, Checksum>();
  // The client has no time limit of its own.
  const signal = AbortSignal.timeout(stallMs);
  try {
    const files = listFiles({
      repo: { type: 'model', name: repository },
      // The client puts it into the address as it is.
      revision,
      recursive: true,
      hubUrl: hub,
      fetch: (url, options) => fetch(url, { ...options, signal }),
    });
    for await (const { type, path, oid, size, lfs } of files) {
      if (type !== 'file') continue;
      if (lfs) hashes.set(path, sha256Checksum(lfs.oid));
      else if (oid !== undefined) hashes.set(path, gitChecksum(oid, size));
    }
  } catch {
    return new Map();
  }
  return hashes;
}
