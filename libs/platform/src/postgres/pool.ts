import { ClientBase, Pool, QueryConfig } from 'pg';

export interface PoolOptions {
  connectionString: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Connections at most; default 20. */
  max?: number;
  /** Told of errors on idle connections; the pool replaces them by itself. */
  onIdleError: (error: Error) => void;
  /** Time limits of its sessions, default none. */
  limits?: SessionLimits;
  /** Milliseconds for which a connection is kept unused, 0 for ever; default 30 s. */
  idleMs?: number;
  /** Milliseconds for which to wait for a connection; default 10 s. */
  connectMs?: number;
}

/** In milliseconds. */
export interface SessionLimits {
  /** PostgreSQL cancels a statement that takes longer. */
  statementMs: number;
  /** PostgreSQL cancels a statement that waits longer for a lock. */
  lockMs: number;
  /** PostgreSQL ends a session whose client does not take what it is sent: not for one that streams much to a slow reader. */
  unreadMs: number;
}

const CONNECT_MS = 10_000;
const IDLE_MS = 30_000;
/** PostgreSQL ends a transaction that asks nothing for so long: that of a process that hangs holds rows, perhaps a lock. */
const IDLE_IN_TRANSACTION_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;

/** How PostgreSQL finds out that a client's host is lost: it probes a silent connection. Its own defaults take hours. */
const NOTICE_LOST_CLIENTS = [
  `SET tcp_keepalives_idle = ${KEEP_ALIVE_MS / 1_000}`,
  'SET tcp_keepalives_interval = 5',
  'SET tcp_keepalives_count = 3',
].join('; ');

/**
 * A connection pool that survives the loss of its database: an idle connection's error never ends the process. Its sessions
 * survive no client that is lost: what they hold is free again within about a minute.
 */
export function createPool(options: PoolOptions): Pool {
  const connectMs = options.connectMs ?? CONNECT_MS;
  const idleMs = options.idleMs ?? IDLE_MS;
  const pool = new Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 20,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // The pool hands the connection out when what this gives has resolved, which its types do not say.
    onConnect: (client): unknown => prepareSession(client, connectMs, options.limits),
    ...(options.limits && {
      statement_timeout: options.limits.statementMs,
      lock_timeout: options.limits.lockMs,
    }),
    // A connection that is kept for ever must not keep a process that has nothing else to do.
    allowExitOnIdle: idleMs === 0,
  });
  pool.on('error', options.onIdleError);
  // A connection that is lost while someone holds it, but between two queries, has no query to reject: without a
  // listener of its own its error would end the process. The holder's next query fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function prepareSession(client: ClientBase, queryMs: number, limits?: SessionLimits): Promise<void> {
  const unread = limits ? `; SET tcp_user_timeout = ${limits.unreadMs}` : '';
  // pg takes `query_timeout` for a single query too, which its types do not say.
  const query: QueryConfig & { query_timeout: number } = {
    text: NOTICE_LOST_CLIENTS + unread,
    query_timeout: queryMs,
  };
  await client.query(query);
}
