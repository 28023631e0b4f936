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
  return CONNECTION_LOST.test(error.message);
}

/** What pg says without a code: the connection ended, or did not come about, or an answer did not come, in time. */
const CONNECTION_LOST =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|not queryable/i;

/** SQLSTATE of a write to a server that takes only reads: a standby that is about to be promoted. */
const READ_ONLY = '25006';
/** SQLSTATE classes of a refused user or password, and of a database that does not exist. */
const WRONG_CONNECTION = new Set(['28', '3D']);

/** True for a failure of a database that a start can wait for: it may end without anybody's help. */
export function isDatabaseOutage(error: unknown): boolean {
  if (isWrongConnection(error)) return false;
  return isDatabaseFailure(error) || errorCode(error) === READ_ONLY;
}

/** True when the database answers, and refuses the user, the password or the name of the database. */
export function isWrongConnection(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && WRONG_CONNECTION.has(code.slice(0, 2));
}
