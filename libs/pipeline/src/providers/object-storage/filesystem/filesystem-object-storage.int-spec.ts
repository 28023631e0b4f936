import { describeObjectStorageContract } from '@test/object-storage-contract/object-storage-contract';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FilesystemObjectStorage } from './filesystem-object-storage';

const root = mkdtempSync(join(tmpdir(), 'objects-'));
afterAll(() => rmSync(root, { recursive: true }));

describeObjectStorageContract('The file system', () => new FilesystemObjectStorage(root));

describe('The file system', () => {
  it.each(['../x', '/x', 'a//b', 'a/../b', '.incoming/x', 'a/', '', 'ä', 'a\u0000'])(
    'refuses the key %j',
    async (key) => {
      await expect(new FilesystemObjectStorage(root).put(key, Readable.from(['x']))).rejects.toThrow(
        RangeError,
      );
    },
  );

  it('clears what a crash left half-written', async () => {
    const storage = new FilesystemObjectStorage(root);
    await storage.put('a', Readable.from(['x']));
    writeFileSync(join(root, '.incoming', 'left-behind'), 'x');
    await storage.clearIncoming();
    expect(readdirSync(root)).not.toContain('.incoming');
    expect(await storage.size('a')).toBe(1);
  });

  it('leaves nothing of a client that goes away before the first byte', async () => {
    const storage = new FilesystemObjectStorage(root);
    // Gone as soon as it is asked for bytes: the file is just being made then.
    const gone = Array.from({ length: 50 }, (_, n) => {
      const source = new Readable({
        read() {
          this.destroy(new Error('gone'));
        },
      });
      return expect(storage.put(`gone-${n}`, source)).rejects.toThrow('gone');
    });
    await Promise.all(gone);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(readdirSync(join(root, '.incoming'))).toEqual([]);
  });

  it('says that it cannot be used when its folder is a file', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(new FilesystemObjectStorage(file).check()).rejects.toMatchObject({ code: 'storage' });
    await expect(new FilesystemObjectStorage(file).put('a', Readable.from(['x']))).rejects.toMatchObject({
      code: 'storage',
    });
  });
});
