import { Measure } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, link, mkdir, open, opendir, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { ProviderFailure } from '../../provider-failure';
import { checkObjectKey, checkPrefix } from '../object-key';
import { ListedObject, ObjectNotFound, ObjectStorage, StoredObject } from '../object-storage';

/** Where uploads grow until they are whole; no key can begin with a dot-dot or this name, see `pathOf`. */
const INCOMING = '.incoming';

/**
 * Objects as files below one folder. An object appears under its key in one step, after its bytes are on the disk; a
 * crash leaves at most a file in the incoming folder, which `clearIncoming` and `discardStaleUploads` remove.
 */
export class FilesystemObjectStorage implements ObjectStorage {
  readonly provider = 'filesystem';

  constructor(private readonly root: string) {}

  /** Removes what a crash left half-written. Only for a process that is the only one to write here. */
  async clearIncoming(): Promise<void> {
    await rm(join(this.root, INCOMING), { recursive: true, force: true });
  }

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<StoredObject> {
    const target = this.pathOf(key);
    const incoming = join(this.root, INCOMING, randomUUID());
    const measure = new Measure();
    try {
      await this.io(() => mkdir(dirname(incoming), { recursive: true, mode: 0o700 }));
      const file = createWriteStream(incoming, { flags: 'wx', mode: 0o600, flush: true });
      // The source's own errors (a client that went away) are the caller's; only the file's are ours.
      await pipeline(content, measure.through(), file, { ...(signal && { signal }) }).catch(
        async (error: unknown) => {
          // The file may only just be coming into being: what is removed before that would be there afterwards.
          if (!file.closed) await once(file, 'close').catch(() => undefined);
          throw file.errored === error && isSystemError(error) ? storageFailure(error) : error;
        },
      );
      await this.io(async () => {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await link(incoming, target);
        await syncFolder(dirname(target));
      });
    } finally {
      // What cannot be removed now is removed at the next start; the reason of the failure matters more.
      await rm(incoming, { force: true }).catch(() => undefined);
    }
    return { key, ...measure.result() };
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Readable> {
    await this.size(key);
    return createReadStream(this.pathOf(key), range ?? {});
  }

  async size(key: string): Promise<number> {
    return this.io(async () => (await stat(this.pathOf(key))).size, key);
  }

  async withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    await this.size(key);
    return use(this.pathOf(key));
  }

  withMediaSource<T>(key: string, use: (source: string) => Promise<T>): Promise<T> {
    return this.withLocalFile(key, use);
  }

  async move(from: string, to: string): Promise<void> {
    const target = this.pathOf(to);
    await this.io(async () => {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await link(this.pathOf(from), target);
      await unlink(this.pathOf(from));
      await syncFolder(dirname(target));
      await this.removeEmptyFolders(dirname(this.pathOf(from)));
    }, from);
  }

  async delete(key: string): Promise<void> {
    await this.io(async () => {
      await rm(this.pathOf(key), { force: true });
      await this.removeEmptyFolders(dirname(this.pathOf(key)));
    });
  }

  async deletePrefix(prefix: string): Promise<number> {
    // Listed first: not every file system goes on rightly in a folder that is being emptied.
    const keys: string[] = [];
    for await (const { key } of this.list(prefix)) keys.push(key);
    for (const key of keys) await this.delete(key);
    return keys.length;
  }

  list(prefix: string): AsyncIterable<ListedObject> {
    checkPrefix(prefix);
    const key = prefix.slice(0, -1);
    this.pathOf(key);
    return this.walk(key);
  }

  async discardStaleUploads(olderThan: Date): Promise<number> {
    let count = 0;
    for await (const { key, modifiedAt } of this.walk(INCOMING)) {
      if (modifiedAt >= olderThan) continue;
      await this.io(() => rm(join(this.root, key), { force: true }));
      count += 1;
    }
    return count;
  }

  /** The files below a folder. What goes away while it is looked at is left out. */
  private async *walk(key: string): AsyncGenerator<ListedObject> {
    const folder = await this.unlessGone(() => opendir(join(this.root, key)));
    if (!folder) return;
    try {
      for (
        let entry = await this.io(() => folder.read());
        entry;
        entry = await this.io(() => folder.read())
      ) {
        const child = `${key}/${entry.name}`;
        if (entry.isDirectory()) yield* this.walk(child);
        if (!entry.isFile()) continue;
        const found = await this.unlessGone(() => stat(join(this.root, child)));
        if (found) yield { key: child, sizeBytes: found.size, modifiedAt: new Date(found.mtimeMs) };
      }
    } finally {
      await folder.close();
    }
  }

  private async unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.io(work).catch((error: unknown) => {
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    });
  }

  async check(): Promise<void> {
    await this.io(async () => {
      await mkdir(this.root, { recursive: true, mode: 0o700 });
      await access(this.root, constants.W_OK);
    });
  }

  /** @throws RangeError for a key outside the alphabet: keys are ours, so that is a mistake in the code */
  private pathOf(key: string): string {
    checkObjectKey(key);
    if (key.split('/').includes(INCOMING)) throw new RangeError(`Not an object key: ${key}`);
    return join(this.root, key);
  }

  private async io<T>(work: () => Promise<T>, key = ''): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') throw new ObjectNotFound(key);
      throw isSystemError(error) ? storageFailure(error) : error;
    }
  }

  private async removeEmptyFolders(folder: string): Promise<void> {
    for (let path = folder; path.length > this.root.length; path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return; // Not empty, or gone already.
      }
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return isNativeError(error) && 'syscall' in error;
}

function storageFailure(cause: NodeJS.ErrnoException): ProviderFailure {
  return new ProviderFailure('storage', `The data folder cannot be used: ${cause.code ?? cause.message}`, {
    provider: 'filesystem',
    cause,
  });
}

/** Makes a new name in the folder durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
