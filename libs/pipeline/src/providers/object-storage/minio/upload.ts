import { Measure } from '@voxpersona/platform';
import { Readable } from 'node:stream';
import { Client } from 'minio';
import { StoredObject } from '../object-storage';
import { call } from './calls';

/** Bytes of a part. 10,000 parts are allowed: enough for 78 GiB. What is uploading holds two of them in memory. */
export const PART_BYTES = 8 * 1024 * 1024;

/**
 * Streams to the store in parts, without knowing the length. The client's own way of doing so buffers 528 MiB for an unknown
 * length, goes on with parts of an earlier try, and leaves what breaks off behind. A failed part is sent again; an upload
 * that fails for good, or whose source does, is called off.
 *
 * @throws ProviderFailure `storage`, and whatever the source throws
 */
export async function upload(
  client: Client,
  bucket: string,
  key: string,
  content: Readable,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const measure = new Measure();
  const parts = inParts(content, measure);
  const stop = (): void => void content.destroy(signal?.reason instanceof Error ? signal.reason : undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    const first = await parts.next();
    const second = first.done ? first : await parts.next();
    if (second.done) {
      const whole = first.done ? Buffer.alloc(0) : first.value;
      await call(() => client.putObject(bucket, key, whole, whole.length), { bucket, signal });
    } else {
      const head = first.done ? [] : [first.value];
      await inMultipart(client, bucket, key, [...head, second.value], parts, signal);
    }
    return { key, ...measure.result() };
  } finally {
    signal?.removeEventListener('abort', stop);
    content.destroy();
  }
}

async function inMultipart(
  client: Client,
  bucket: string,
  key: string,
  begun: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const about = { bucket, signal };
  const uploadId = await call(() => client.initiateNewMultipartUpload(bucket, key, {}), about);
  const etags: { part: number; etag: string }[] = [];
  const send = async (bytes: Buffer): Promise<void> => {
    const part = etags.length + 1;
    const config = {
      ...{ bucketName: bucket, objectName: key, uploadID: uploadId, partNumber: part },
      headers: { 'Content-Length': bytes.length },
    };
    const { etag } = await call(() => client.uploadPart(config, bytes), about);
    etags.push({ part, etag });
  };
  try {
    for (const bytes of begun) await send(bytes);
    for await (const bytes of rest) await send(bytes);
    await call(() => client.completeMultipartUpload(bucket, key, uploadId, etags), about);
  } catch (error) {
    // What cannot be called off now, the sweeper does later; the reason of the failure matters more.
    await call(() => client.abortMultipartUpload(bucket, key, uploadId), { bucket }).catch(() => undefined);
    throw error;
  }
}

/** The same bytes in pieces of one size, but for the last one. */
async function* inParts(content: Readable, measure: Measure): AsyncGenerator<Buffer> {
  let collected: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    let bytes = piece as Buffer | string;
    if (typeof bytes === 'string') bytes = Buffer.from(bytes);
    measure.add(bytes);
    while (size + bytes.length >= PART_BYTES) {
      const fill = PART_BYTES - size;
      yield Buffer.concat([...collected, bytes.subarray(0, fill)], PART_BYTES);
      bytes = bytes.subarray(fill);
      collected = [];
      size = 0;
    }
    if (bytes.length > 0) collected.push(bytes);
    size += bytes.length;
  }
  if (size > 0) yield Buffer.concat(collected, size);
}
