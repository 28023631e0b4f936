import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withDatabaseOf } from './dump-database';

/**
 * Kills one backend of the embedded PostgreSQL. PostgreSQL then ends all others and recovers, as after any crash of a
 * backend; meanwhile it refuses connections.
 */
export async function killBackend(dataFolder: string): Promise<void> {
  // The backend of this very connection: any would do.
  await withDatabaseOf(dataFolder, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]!.pid, 'SIGKILL');
  });
}

/** Kills the embedded PostgreSQL as a whole: connections are refused until the server has started it again. */
export function killPostgres(dataFolder: string): Promise<void> {
  const [pid] = readFileSync(join(dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
  return Promise.resolve();
}

/** Waits until the embedded PostgreSQL takes connections and statements. */
export async function untilDatabaseAnswers(dataFolder: string): Promise<void> {
  for (;;) {
    try {
      await withDatabaseOf(dataFolder, (client) => client.query('SELECT 1'));
      return;
    } catch {
      await sleep(20);
    }
  }
}
