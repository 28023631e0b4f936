import { ListedObject, ObjectNotFound, ObjectStorage } from '@voxpersona/pipeline';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';

/** What every object store must do. */
export function describeObjectStorageContract(name: string, open: () => ObjectStorage): void {
  describe(`${name} keeps the contract of an object store`, () => {
    const key = (): string => `recordings/${randomUUID()}/original`;
    const content = randomBytes(300_000);
    const stream = (bytes = content): Readable =>
      Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);
    const read = async (readable: Readable): Promise<Buffer> =>
      Buffer.concat((await readable.toArray()) as Buffer[]);

    it('gives back what was put, whole and in ranges', async () => {
      const target = key();
      const sha256 = createHash('sha256').update(content).digest('hex');
      expect(await open().put(target, stream())).toEqual({ key: target, sizeBytes: content.length, sha256 });
      expect((await read(await open().get(target))).equals(content)).toBe(true);
      const range = await read(await open().get(target, { start: 10, end: 19 }));
      expect(range.equals(content.subarray(10, 20))).toBe(true);
      expect(await open().size(target)).toBe(content.length);
      await open().withLocalFile(target, async (path) =>
        expect((await readFile(path)).equals(content)).toBe(true),
      );
    });

    it('writes a key once', async () => {
      const target = key();
      await open().put(target, stream());
      await expect(open().put(target, stream(randomBytes(10)))).rejects.toThrow();
      expect((await read(await open().get(target))).equals(content)).toBe(true);
    });

    it('keeps nothing of a stream that breaks off', async () => {
      const target = key();
      const broken = Readable.from(
        (function* () {
          yield content;
          throw new Error('the client went away');
        })(),
      );
      await expect(open().put(target, broken)).rejects.toThrow('the client went away');
      await expect(open().get(target)).rejects.toBeInstanceOf(ObjectNotFound);
      const aborted = new AbortController();
      aborted.abort();
      await expect(open().put(target, stream(), aborted.signal)).rejects.toThrow();
      await expect(open().size(target)).rejects.toBeInstanceOf(ObjectNotFound);
    });

    it('moves, lists and deletes', async () => {
      const prefix = `recordings/${randomUUID()}/`;
      await open().put(`${prefix}a`, stream());
      await open().put(`${prefix}chunks/0.mp3`, stream());
      await open().move(`${prefix}a`, `${prefix}b`);
      await expect(open().size(`${prefix}a`)).rejects.toBeInstanceOf(ObjectNotFound);
      const listed: ListedObject[] = [];
      for await (const found of open().list(prefix)) listed.push(found);
      const sizeBytes = content.length;
      expect(listed.sort((a, b) => a.key.localeCompare(b.key))).toEqual([
        { key: `${prefix}b`, sizeBytes, modifiedAt: expect.any(Date) },
        { key: `${prefix}chunks/0.mp3`, sizeBytes, modifiedAt: expect.any(Date) },
      ]);
      for (const { modifiedAt } of listed) expect(Date.now() - modifiedAt.getTime()).toBeLessThan(60_000);
      expect(await open().deletePrefix(prefix)).toBe(2);
      expect(await open().deletePrefix(prefix)).toBe(0);
      await expect(open().delete(`${prefix}b`)).resolves.toBeUndefined();
    });

    it('lists nothing where nothing is', async () => {
      for await (const found of open().list(`recordings/${randomUUID()}/`)) throw new Error(found.key);
    });

    it('discards unfinished uploads by their age, and never an object', async () => {
      const target = key();
      await open().put(target, stream());
      const source = new PassThrough();
      const growing = open().put(key(), source);
      source.write('begun');
      expect(await open().discardStaleUploads(new Date(Date.now() - 60_000))).toBe(0);
      source.end();
      await growing;
      expect(await open().discardStaleUploads(new Date(Date.now() + 60_000))).toBe(0);
      expect(await open().size(target)).toBe(content.length);
    });

    it('is ready', () => expect(open().check()).resolves.toBeUndefined());
  });
}
