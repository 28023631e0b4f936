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

  it('says that it cannot be used when its folder is a file', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(new FilesystemObjectStorage(file).check()).rejects.toMatchObject({ code: 'storage' });
    await expect(new FilesystemObjectStorage(file).put('a', Readable.from(['x']))).rejects.toMatchObject({
      code: 'storage',
    });
  });
});
