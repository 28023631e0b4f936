import { isNativeError } from 'node:util/types';
import { errorCode } from '../error-code';

/**
 * Classes of SQLSTATE that say "the database cannot do this now", not "this statement is wrong": connection, log-in,
 * database missing, deadlock, out of resources, lock not available, shutting down, system error.
 */
const UNAVAILABLE_CLASSES = new Set(['08', '28', '3D', '40', '53', '55', '57', '58']);

/** The session was ended because its transaction was idle, or took, for too long: this process hung. */
const ENDED_BY_TIME = new Set(['25P03', '25P04']);

/** True when the error is the database's (gone, restarting, out of space, deadlock) and not the statement's. */
export function isDatabaseFailure(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return UNAVAILABLE_CLASSES.has(state.slice(0, 2)) || ENDED_BY_TIME.has(state);
  return SYSTEM_ERROR.test(errorCode(error) ?? '') || CONNECTION_LOST.test(error.message);
}

/** Codes of the operating system. Some, such as EPIPE, have the length of a SQLSTATE; no SQLSTATE begins with an E. */
const SYSTEM_ERROR = /^E[A-Z]+$/;

/** The SQLSTATE with which PostgreSQL answered; undefined for an error that is no answer of PostgreSQL. */
export function sqlState(error: unknown): string | undefined {
  const code = errorCode(error) ?? '';
  return /^[0-9A-Z]{5}$/.test(code) && !SYSTEM_ERROR.test(code) ? code : undefined;
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
  return WRONG_CONNECTION.has(sqlState(error)?.slice(0, 2) ?? '');
}
