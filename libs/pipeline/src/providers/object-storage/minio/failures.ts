import { errorCode } from '@voxpersona/platform';
import { isNativeError } from 'node:util/types';
import { ProviderFailure } from '../../provider-failure';

/** What S3 servers say of things that are not there. */
const MISSING = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);

/** Failures that may be gone a moment later. */
const PASSING_CODES = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout',
  'BadGateway',
]);
const PASSING_SYSTEM_CODES = /^(ECONN\w+|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const PASSING_WORDS = /Retryable HTTP status|socket hang up|no answer in time/;

export function isMissing(error: unknown): boolean {
  return MISSING.has(codeOf(error));
}

/** Whether the same call may do better at once. */
export function isPassingFailure(error: unknown): boolean {
  return (
    PASSING_CODES.has(codeOf(error)) ||
    PASSING_SYSTEM_CODES.test(codeOf(error)) ||
    (isError(error) && PASSING_WORDS.test(error.message))
  );
}

/** Puts a failure into words that name the setting at fault and no secret. */
export function storageFailure(error: unknown, { bucket }: { bucket: string }): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  return new ProviderFailure('storage', reasonOf(error, bucket), {
    provider: 'minio',
    cause: error,
    requestId: requestIdOf(error),
  });
}

function reasonOf(error: unknown, bucket: string): string {
  const code = codeOf(error);
  const words = isError(error) ? error.message : '';
  switch (code) {
    case 'InvalidAccessKeyId':
      return 'The object storage does not know MINIO_ACCESS_KEY';
    case 'SignatureDoesNotMatch':
      return 'The object storage refuses the signature: MINIO_SECRET_KEY does not belong to MINIO_ACCESS_KEY';
    case 'AccessDenied':
      return `The keys of the object storage may not use the bucket ${bucket}: they need the rights to list, read, write and delete in it (MINIO_BUCKET, MINIO_ACCESS_KEY)`;
    case 'NoSuchBucket':
      return `There is no bucket ${bucket} (MINIO_BUCKET)`;
    case 'BucketAlreadyExists':
      return `The bucket ${bucket} belongs to somebody else: choose another MINIO_BUCKET`;
    case 'RequestTimeTooSkewed':
      return 'The clocks of this machine and of the object storage differ too much';
    case 'ENOTFOUND':
      return 'The host of MINIO_ENDPOINT is not known';
    case 'ECONNREFUSED':
      return 'Nothing answers at MINIO_ENDPOINT';
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'MINIO_ENDPOINT says https, and the server there does not speak TLS';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'The certificate at MINIO_ENDPOINT is not trusted: give its authority by NODE_EXTRA_CA_CERTS';
    default:
  }
  if (/wrong version number|packet length too long/i.test(words)) {
    return 'MINIO_ENDPOINT says https, and the server there does not speak TLS';
  }
  if (/HTTPS server|Parse Error|socket hang up|ECONNRESET/i.test(`${words} ${code}`)) {
    return 'The object storage breaks connections off: perhaps it speaks https, and MINIO_ENDPOINT says http';
  }
  return `The object storage cannot be used${code === '' ? '' : `: ${code}`}`;
}

/** What an answer inside a larger one says went wrong. */
export function s3Error(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function codeOf(error: unknown): string {
  return errorCode(error) ?? '';
}

function requestIdOf(error: unknown): string | undefined {
  const { amzRequestid } = (error ?? {}) as { amzRequestid?: unknown };
  return typeof amzRequestid === 'string' ? amzRequestid : undefined;
}

function isError(error: unknown): error is Error {
  return error instanceof Error || isNativeError(error);
}
