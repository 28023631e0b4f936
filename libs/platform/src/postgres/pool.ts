import { Pool } from 'pg';

export interface PoolOptions {
  connectionString: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Connections at most; default 20. */
  max?: number;
  /** Told of errors on idle connections; the pool replaces them by itself. */
  onIdleError: (error: Error) => void;
}

/** A connection pool that survives the loss of its database: an idle connection's error never ends the process. */
export function createPool({ connectionString, applicationName, max, onIdleError }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString,
    application_name: applicationName,
    max: max ?? 20,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', onIdleError);
  // A connection that is lost while someone holds it, but between two queries, has no query to reject: without a
  // listener of its own its error would end the process. The holder's next query fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
