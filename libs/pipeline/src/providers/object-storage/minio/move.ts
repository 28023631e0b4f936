import { Client, CopyDestinationOptions, CopySourceOptions } from 'minio';
import { call } from './calls';

/** Larger objects cannot be copied by one request. */
const LARGEST_COPY_BYTES = 5 * 1024 ** 3;

/** Copies inside the store, then deletes: S3 knows no renaming. A crash between leaves both, and the sweeper one. */
export async function moveObject(
  client: Client,
  bucket: string,
  from: string,
  to: string,
  sizeBytes: number,
): Promise<void> {
  const about = { bucket, key: from };
  if (sizeBytes <= LARGEST_COPY_BYTES) {
    await call(() => client.copyObject(bucket, to, `/${bucket}/${from}`), about);
  } else {
    const target = new CopyDestinationOptions({ Bucket: bucket, Object: to });
    const source = new CopySourceOptions({ Bucket: bucket, Object: from });
    await call(() => client.composeObject(target, [source]), about);
  }
  await call(() => client.removeObject(bucket, from), about);
}
