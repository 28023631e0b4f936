import { describeObjectStorageContract } from '@test/object-storage-contract/object-storage-contract';
import { FaultyProxy } from '@test/s3/faulty-proxy';
import { hasS3Server, S3Server, startS3Server } from '@test/s3/s3-server';
import { makeCertificate } from '@test/tls/test-certificate';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectNotFound } from '../object-storage';
import { MinioObjectStorage } from './minio-object-storage';
import { MinioOptions } from './minio-options';
import { PART_BYTES } from './upload';

jest.setTimeout(60_000);

const describeWithServer = hasS3Server() ? describe : describe.skip;

describeWithServer('MinIO', () => {
  let s3: S3Server;
  let options: MinioOptions;
  let storage: MinioObjectStorage;
  let proxy: FaultyProxy;
  /** The same bucket, by the proxy. */
  let disturbed: MinioObjectStorage;

  beforeAll(async () => {
    s3 = await startS3Server();
    options = { ...s3, bucket: `test-${randomUUID()}` };
    storage = new MinioObjectStorage(options);
    await storage.prepare();
    proxy = new FaultyProxy(options.endpoint);
    disturbed = new MinioObjectStorage({ ...options, endpoint: await proxy.start() });
  });

  afterAll(async () => {
    await storage.deletePrefix('recordings/');
    await proxy.stop();
    await s3.stop();
  });

  describeObjectStorageContract('An S3 server', () => storage);

  const key = (): string => `recordings/${randomUUID()}/original`;
  const bytes = randomBytes(1_000);
  const source = (): Readable => Readable.from([bytes]);
  const read = async (from: Readable): Promise<Buffer> => Buffer.concat((await from.toArray()) as Buffer[]);

  /** Random, and made while it is read. */
  function* pieces(count: number): Generator<Buffer> {
    for (let n = 0; n < count; n += 1) yield Buffer.alloc(1_000_000, n + 1);
  }

  async function unfinished(): Promise<number> {
    return storage.discardStaleUploads(new Date(Date.now() + 3_600_000));
  }

  it('takes what is larger than a part in parts, each sent again where it fails', async () => {
    const target = key();
    proxy.seen.length = 0;
    proxy.failNext(/partNumber=2/, 'busy', 'cut_before');
    proxy.failNext(/partNumber=3/, 'cut_after');
    const { sizeBytes } = await disturbed.put(target, Readable.from(pieces(30)));
    expect(sizeBytes).toBe(30_000_000);
    const parts = proxy.seen.filter((what) => what.includes('partNumber='));
    expect(parts).toHaveLength(Math.ceil(sizeBytes / PART_BYTES) + 3);
    const stored = await read(await storage.get(target));
    expect(stored.equals(Buffer.concat([...pieces(30)]))).toBe(true);
    expect(await unfinished()).toBe(0);
  });

  it('calls an upload off whose source breaks, or that fails for good', async () => {
    const target = key();
    const breaking = Readable.from(
      (function* () {
        yield* pieces(20);
        throw new Error('the client went away');
      })(),
    );
    await expect(storage.put(target, breaking)).rejects.toThrow('the client went away');
    proxy.failNext(/partNumber=2/, 'busy', 'busy', 'busy', 'busy');
    await expect(disturbed.put(target, Readable.from(pieces(20)))).rejects.toMatchObject({
      ...{ name: 'ProviderFailure', code: 'storage', provider: 'minio' },
    });
    await expect(storage.size(target)).rejects.toBeInstanceOf(ObjectNotFound);
    expect(await unfinished()).toBe(0);
  });

  it('takes nothing, and exactly a part', async () => {
    const [empty, one] = [key(), key()];
    expect(await storage.put(empty, Readable.from([]))).toMatchObject({ sizeBytes: 0 });
    expect(await storage.size(empty)).toBe(0);
    await storage.put(one, Readable.from([Buffer.alloc(PART_BYTES, 7)]));
    expect(await storage.size(one)).toBe(PART_BYTES);
  });

  it('tries reading, asking and deleting again', async () => {
    const target = key();
    await storage.put(target, source());
    proxy.failNext(/HEAD/, 'busy', 'cut_before');
    expect(await disturbed.size(target)).toBe(bytes.length);
    proxy.failNext(/GET/, 'cut_before', 'busy');
    expect((await read(await disturbed.get(target))).equals(bytes)).toBe(true);
    proxy.failNext(/GET/, 'cut_after');
    await disturbed.withLocalFile(target, () => Promise.resolve());
    proxy.failNext(/DELETE/, 'cut_after', 'busy');
    await disturbed.delete(target);
    await expect(storage.size(target)).rejects.toBeInstanceOf(ObjectNotFound);
  });

  it('gives links that can be read by, in parts too, until they expire', async () => {
    const target = key();
    await storage.put(target, source());
    const link = await storage.presignedUrl(target, 60);
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(link, { headers: { range: 'bytes=10-19' } });
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    const forged = link.replace(
      /(X-Amz-Signature=)./,
      (_all, name: string) => `${name}${link.endsWith('0') ? 'f' : 'x'}`,
    );
    expect((await fetch(forged)).status).toBe(403);
    const short = await storage.presignedUrl(target, 1);
    await sleep(2_500);
    expect((await fetch(short)).status).toBe(403);
    await expect(storage.withMediaSource(key(), () => Promise.resolve())).rejects.toBeInstanceOf(
      ObjectNotFound,
    );
  });

  it('has its bucket made by whoever is first', async () => {
    const bucket = `test-${randomUUID()}`;
    const both = [1, 2].map(() => new MinioObjectStorage({ ...options, bucket }));
    await Promise.all(both.map((one) => one.prepare()));
    await both[0]?.put('recordings/a/b', source());
    expect(await both[1]?.deletePrefix('recordings/')).toBe(1);
    await both[1]?.prepare();
  });

  it('says what is wrong, and no secret', async () => {
    const { privateKey, certificate } = await makeCertificate();
    const tls = createServer({ key: privateKey, cert: certificate }).listen(0, '127.0.0.1');
    if (!tls.listening) await once(tls, 'listening');
    const { port } = tls.address() as AddressInfo;
    const wrong = async (change: Partial<MinioOptions>): Promise<string> => {
      const failure: unknown = await new MinioObjectStorage({ ...options, ...change })
        .check()
        .catch((e: unknown) => e);
      expect(failure).toMatchObject({ name: 'ProviderFailure', code: 'storage' });
      const { message } = failure as Error;
      expect(message).not.toContain('hidden-word');
      return message;
    };
    expect(await wrong({ secretKey: 'hidden-word' })).toMatch(/MINIO_SECRET_KEY does not belong/);
    expect(await wrong({ endpoint: 'http://127.0.0.1:1' })).toMatch(/Nothing answers at MINIO_ENDPOINT/);
    expect(await wrong({ endpoint: 'http://nowhere.invalid' })).toMatch(/host of MINIO_ENDPOINT/);
    expect(await wrong({ endpoint: options.endpoint.replace('http:', 'https:') })).toMatch(/says https/);
    expect(await wrong({ endpoint: `https://127.0.0.1:${port}` })).toMatch(/not trusted/);
    expect(await wrong({ endpoint: `http://127.0.0.1:${port}` })).toMatch(/MINIO_ENDPOINT says http/);
    tls.close();
  });
});
