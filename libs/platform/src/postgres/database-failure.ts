import { isNativeError } from 'node:util/types';
import { errorCode } from '../error-code';

/**
 * Classes of SQLSTATE that say "the database cannot do this now", not "this statement is wrong": connection, log-in,
 * database missing, deadlock, out of resources, lock not available, shutting down, system error.
 */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '3D', '40', '53', '55', '57', '58']);

/** True when the error is the database's (gone, restarting, out of space, deadlock) and not the statement's. */
export function isDatabaseFailure(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = errorCode(error) ?? '';
  if (/^[0-9A-Z]{5}$/.test(code)) return UNAVAILABLE_CLASSES.has(code.slice(0, 2));
  if (/^E[A-Z]+$/.test(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|not queryable/i.test(error.message);
}
