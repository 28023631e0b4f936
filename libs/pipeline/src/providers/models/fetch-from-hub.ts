import { join } from 'node:path';
import { z } from 'zod';
import { Checksum, gitChecksum, sha256Checksum } from './checksum';
import { DownloadFailed, downloadFile } from './download-file';
import { HUB, HubOrigin, ModelSource, OnProgress, STALL_MS } from './model-source';
import { downloadLines } from './progress';

/** The hub's own list of a repository's files. Large files are known by SHA-256, the others by their git blob. */
const fileList = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number(),
    oid: z.string(),
    lfs: z.object({ oid: z.string(), size: z.number() }).optional(),
  }),
);

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
  const expected = await listHashes(
    `${hub}/api/models/${repository}/tree/${revision}?recursive=true`,
    stallMs,
  );
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

/** Empty where the hub has no such list or is not reached: the download of the first file then says why. */
async function listHashes(url: string, stallMs: number): Promise<Map<string, Checksum>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(stallMs) }).catch(() => undefined);
  const parsed = fileList.safeParse(response?.ok ? await response.json().catch(() => null) : null);
  if (!parsed.success) return new Map();
  return new Map(
    parsed.data
      .filter(({ type }) => type === 'file')
      .map(({ path, oid, size, lfs }) => [path, lfs ? sha256Checksum(lfs.oid) : gitChecksum(oid, size)]),
  );
}
