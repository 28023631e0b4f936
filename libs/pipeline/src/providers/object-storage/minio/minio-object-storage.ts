import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BucketItem, Client } from 'minio';
import { checkObjectKey, checkPrefix } from '../object-key';
import { ListedObject, ObjectNotFound, ObjectStorage, StoredObject } from '../object-storage';
import { ProviderFailure } from '../../provider-failure';
import { call } from './calls';
import { s3Error, storageFailure } from './failures';
import { MinioOptions } from './minio-options';
import { moveObject } from './move';
import { upload } from './upload';

/** A link that a program reads from while it works. */
const LINK_SECONDS = 3_600;
/** Objects that one request deletes. */
const DELETE_BATCH = 1_000;

/** Objects in MinIO, or any server that speaks S3. */
export class MinioObjectStorage implements ObjectStorage {
  readonly provider = 'minio';
  private readonly client: Client;
  private readonly bucket: string;
  private readonly region: string;
  private isPrepared = false;

  constructor({ endpoint, accessKey, secretKey, bucket, region }: MinioOptions) {
    const { hostname, port, protocol } = new URL(endpoint);
    this.bucket = bucket;
    this.region = region;
    this.client = new Client({
      endPoint: hostname.replace(/^\[|\]$/g, ''),
      ...(port !== '' && { port: Number(port) }),
      useSSL: protocol === 'https:',
      ...{ accessKey, secretKey, region },
      pathStyle: true,
      retryOptions: { disableRetry: true },
    });
  }

  /**
   * Makes the bucket where it is missing. Several processes may do so at once.
   *
   * @throws ProviderFailure `storage`
   */
  async prepare(): Promise<void> {
    const { bucket } = this;
    const isThere = await call(() => this.client.bucketExists(bucket), { bucket }).catch(
      async (error: unknown) => {
        throw await this.explained(error);
      },
    );
    if (!isThere) await this.makeBucket();
    this.isPrepared = true;
  }

  private async makeBucket(): Promise<void> {
    const { bucket } = this;
    await call(() => this.client.makeBucket(bucket, this.region), { bucket }).catch(
      async (error: unknown) => {
        // Somebody else may have been first.
        if (!(await call(() => this.client.bucketExists(bucket), { bucket }))) throw error;
      },
    );
  }

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<StoredObject> {
    checkObjectKey(key);
    // It may fail while nobody reads it yet; who reads it then is told.
    content.on('error', () => undefined);
    await this.mustBeFree(key).catch((error: unknown) => {
      content.destroy();
      throw error;
    });
    return upload(this.client, this.bucket, key, content, signal);
  }

  async get(key: string, range?: { start: number; end: number }): Promise<Readable> {
    checkObjectKey(key);
    const { bucket, client } = this;
    return call(
      () =>
        range
          ? client.getPartialObject(bucket, key, range.start, range.end - range.start + 1)
          : client.getObject(bucket, key),
      { bucket, key },
    );
  }

  async size(key: string): Promise<number> {
    checkObjectKey(key);
    const { bucket } = this;
    const { size } = await call(() => this.client.statObject(bucket, key), { bucket, key });
    return size;
  }

  async withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'voxpersona-object-'));
    try {
      const path = join(folder, randomUUID());
      await this.download(key, path);
      return await use(path);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async withMediaSource<T>(key: string, use: (source: string) => Promise<T>): Promise<T> {
    // A link to what is not there would be found out by who uses it only.
    await this.size(key);
    return use(await this.presignedUrl(key, LINK_SECONDS));
  }

  /** A link that anybody can read the object by until it expires: to be kept like a secret. */
  async presignedUrl(key: string, expirySeconds: number): Promise<string> {
    checkObjectKey(key);
    const { bucket } = this;
    return call(() => this.client.presignedGetObject(bucket, key, expirySeconds), { bucket });
  }

  async move(from: string, to: string): Promise<void> {
    checkObjectKey(from);
    checkObjectKey(to);
    await this.mustBeFree(to);
    await moveObject(this.client, this.bucket, from, to, await this.size(from));
  }

  async delete(key: string): Promise<void> {
    checkObjectKey(key);
    const { bucket } = this;
    await call(() => this.client.removeObject(bucket, key), { bucket, key }).catch((error: unknown) => {
      if (!(error instanceof ObjectNotFound)) throw error;
    });
  }

  async deletePrefix(prefix: string): Promise<number> {
    const { bucket } = this;
    let count = 0;
    const remove = async (keys: string[]): Promise<void> => {
      const failed = await call(() => this.client.removeObjects(bucket, keys), { bucket });
      const refused = failed.find((answer) => answer?.Error);
      if (refused) throw storageFailure(s3Error(refused.Error?.Code ?? ''), { bucket });
      count += keys.length;
    };
    const batch: string[] = [];
    for await (const { key } of this.list(prefix)) {
      batch.push(key);
      if (batch.length === DELETE_BATCH) await remove(batch.splice(0));
    }
    if (batch.length > 0) await remove(batch);
    return count;
  }

  list(prefix: string): AsyncIterable<ListedObject> {
    checkPrefix(prefix);
    return this.listed(prefix);
  }

  async discardStaleUploads(olderThan: Date): Promise<number> {
    const { bucket, client } = this;
    let count = 0;
    let keyMarker = '';
    let uploadIdMarker = '';
    for (;;) {
      const page = await call(
        () => client.listIncompleteUploadsQuery(bucket, '', keyMarker, uploadIdMarker, ''),
        { bucket },
      );
      for (const { key, uploadId, initiated } of page.uploads) {
        if (initiated >= olderThan) continue;
        await call(() => client.abortMultipartUpload(bucket, key, uploadId), { bucket });
        count += 1;
      }
      if (!page.isTruncated) return count;
      keyMarker = page.nextKeyMarker;
      uploadIdMarker = page.nextUploadIdMarker;
    }
  }

  async check(): Promise<void> {
    const { bucket } = this;
    // Also where the server came up only after us.
    if (!this.isPrepared) return this.prepare();
    if (await call(() => this.client.bucketExists(bucket), { bucket })) return;
    this.isPrepared = false;
    throw storageFailure(s3Error('NoSuchBucket'), { bucket });
  }

  /** A question without a body (HEAD) is refused without words; one that has an answer is refused with its reason. */
  private async explained(error: unknown): Promise<unknown> {
    const { bucket } = this;
    return call(() => this.client.listIncompleteUploadsQuery(bucket, '', '', '', ''), { bucket }).then(
      () => error,
      (reason: unknown) => reason,
    );
  }

  private async *listed(prefix: string): AsyncGenerator<ListedObject> {
    const { bucket } = this;
    const items = this.client.listObjectsV2(bucket, prefix, true);
    try {
      for await (const item of items as AsyncIterable<BucketItem>) {
        if (item.name === undefined) continue;
        yield { key: item.name, sizeBytes: item.size, modifiedAt: item.lastModified };
      }
    } catch (error) {
      throw storageFailure(error, { bucket });
    }
  }

  private async mustBeFree(key: string): Promise<void> {
    const isTaken = await this.size(key).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ObjectNotFound) return false;
        throw error;
      },
    );
    if (isTaken)
      throw new ProviderFailure('storage', 'There is an object under this key', { provider: 'minio' });
  }

  /** A download that breaks off begins again. */
  private async download(key: string, path: string): Promise<void> {
    checkObjectKey(key);
    const { bucket, client } = this;
    await call(
      async () => {
        const file = createWriteStream(path, { mode: 0o600 });
        await pipeline(await client.getObject(bucket, key), file);
      },
      { bucket, key },
    );
  }
}
