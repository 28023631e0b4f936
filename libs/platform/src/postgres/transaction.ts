import { Pool, PoolClient } from 'pg';
import { isDatabaseFailure } from './database-failure';

/** Runs `work` in a transaction of its own; rolls back on any error. */
export function inTransaction<T>(pool: Pool, work: (transaction: PoolClient) => Promise<T>): Promise<T> {
  return between('BEGIN', pool, work);
}

/** Runs `work` on the database as it stands at its first statement, whatever others write meanwhile; writes nothing. */
export function inSnapshot<T>(pool: Pool, work: (snapshot: PoolClient) => Promise<T>): Promise<T> {
  return between('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', pool, work);
}

async function between<T>(
  begin: string,
  pool: Pool,
  work: (transaction: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    // A connection whose transaction failed for a reason of the connection's own must not go back to the pool.
    client.release(isDatabaseFailure(failure) ? failure : undefined);
  }
}
