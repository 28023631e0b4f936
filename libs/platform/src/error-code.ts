import { isNativeError } from 'node:util/types';

/** The `code` of a system's or a database's error, such as `ENOENT` or `57P01`; undefined for any other value. */
export function errorCode(error: unknown): string | undefined {
  // Not instanceof: an error of another realm (a worker, a test's sandbox) has another Error.
  return isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
