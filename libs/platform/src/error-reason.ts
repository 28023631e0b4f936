import { isNativeError } from 'node:util/types';

/** What an error says in one line. A connection that was refused at every address of a host has its reasons inside. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.message === '' && 'errors' in error && Array.isArray(error.errors)) {
    return error.errors.map(reasonOf).join('; ');
  }
  return error.message;
}
