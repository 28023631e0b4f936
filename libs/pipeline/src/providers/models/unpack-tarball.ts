import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** A tarball lacks a file that was named. */
export class NotInTarball extends Error {
  constructor(path: string) {
    super(`the package has no ${path}`);
    this.name = 'NotInTarball';
  }
}

/**
 * Unpacks the named files of a `.tgz` and nothing else. Each gets its name once it is complete.
 *
 * @param targets path to write, by the path inside the tarball
 * @throws NotInTarball
 */
export async function unpackTarball(tarball: string, targets: ReadonlyMap<string, string>): Promise<void> {
  const unpacked = new Set<string>();
  const entries = extract();
  entries.on('entry', (header, content, next) => {
    const target = header.type === 'file' ? targets.get(header.name) : undefined;
    if (target === undefined) {
      content.resume().once('end', () => next());
      return;
    }
    write(content, target).then(() => {
      unpacked.add(header.name);
      next();
    }, next);
  });
  await pipeline(createReadStream(tarball), createGunzip(), entries);
  for (const path of targets.keys()) if (!unpacked.has(path)) throw new NotInTarball(path);
}

async function write(content: Readable, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    const file = await open(part, 'wx');
    try {
      for await (const bytes of content as AsyncIterable<Buffer>) await file.appendFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
