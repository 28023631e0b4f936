import { createPool } from '@voxpersona/platform';
import { Pool } from 'pg';

/** An append that waits longer for the log's lock is told so, and was not written. */
const LOCK_MS = 4_000;
/** PostgreSQL gives up a batch that takes longer, and with it the lock. */
const STATEMENT_MS = 8_000;
/** PostgreSQL ends the session of a process that does not take its answer. */
const UNREAD_MS = 15_000;
/** Longer than PostgreSQL's own limits, so that as a rule it is PostgreSQL that answers. */
const QUERY_MS = 10_000;
/** The slowest network to the database that a large event still passes. */
const BYTES_PER_MS = 1_000;
const CONNECT_MS = 5_000;

/**
 * Opens the one connection on which a process appends. It has limits of its own, and no other query can take it away: an
 * append never waits for somebody who holds a connection of the common pool, perhaps until this very append is done.
 *
 * @param common pool of the same database
 */
export function openAppendPool(common: Pool): Pool {
  const { connectionString, application_name: name } = common.options;
  if (connectionString === undefined) throw new Error('The pool of an event store has a connection string');
  return createPool({
    connectionString,
    applicationName: `${name ?? 'voxpersona'}, appends`,
    max: 1,
    limits: { statementMs: STATEMENT_MS, lockMs: LOCK_MS, unreadMs: UNREAD_MS },
    connectMs: CONNECT_MS,
    idleMs: 0,
    onIdleError: () => undefined,
  });
}

/** Milliseconds to wait for the answer to a batch of so many bytes. */
export function patienceMs(bytes: number): number {
  return QUERY_MS + Math.ceil(bytes / BYTES_PER_MS);
}
