import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { withDatabaseOf } from '../server/dump-database';

/**
 * Finds a backend that is flushing the COMMIT of an append to disk; gives up after some seconds. The commit record of such a
 * backend is in the page cache, so recovery keeps the commit, but nobody gets its answer. A fast disk may flush too quickly to
 * be seen; then any backend that executes an append will do.
 */
const WAIT_FOR_COMMIT = `
  CREATE FUNCTION pg_temp.committing(is_flushing boolean) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE found integer;
  BEGIN
    FOR look IN 1..4000 LOOP
      PERFORM pg_stat_clear_snapshot();
      SELECT pid INTO found FROM pg_stat_activity
      WHERE state = 'active' AND query LIKE 'SELECT%append_events%'
        AND (NOT is_flushing OR lower(wait_event) IN ('walsync', 'walwrite'));
      IF found IS NOT NULL THEN RETURN found; END IF;
      PERFORM pg_sleep(0.0002);
    END LOOP;
    RETURN NULL;
  END $$`;

const FLUSHING_ROUNDS = 3;

/** Kills backends of a data folder's embedded PostgreSQL in the middle of a COMMIT. */
export class BackendKiller {
  /** Times (`Date.now()`) at which the database answered again, one per kill. */
  readonly returns: number[] = [];

  constructor(private readonly dataFolder: string) {}

  /**
   * Kills one backend and waits until the database is back.
   *
   * @param signal ends the wait for a COMMIT
   * @returns false when `signal` ended the wait
   */
  async kill(signal: AbortSignal): Promise<boolean> {
    const isKilled = await withDatabaseOf(this.dataFolder, async (client) => {
      await client.query(WAIT_FOR_COMMIT);
      for (let round = 0; !signal.aborted; round += 1) {
        const pid = await committing(client, round < FLUSHING_ROUNDS);
        if (pid !== null && this.isBackend(pid) && tryKill(pid)) return true;
      }
      return false;
    });
    if (isKilled) this.returns.push(await this.back());
    return isKilled;
  }

  /** True for a child of this folder's postmaster: nothing else must ever be killed. */
  private isBackend(pid: number): boolean {
    const [postmaster] = readFileSync(join(this.dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n');
    try {
      const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return parent !== undefined && parent === postmaster;
    } catch {
      return false;
    }
  }

  private async back(): Promise<number> {
    for (;;) {
      try {
        return await withDatabaseOf(this.dataFolder, async (client) => {
          await client.query('SELECT 1');
          return Date.now();
        });
      } catch {
        await sleep(10);
      }
    }
  }
}

async function committing(client: Client, isFlushing: boolean): Promise<number | null> {
  const { rows } = await client.query<{ pid: number | null }>('SELECT pg_temp.committing($1) AS pid', [
    isFlushing,
  ]);
  return rows[0]?.pid ?? null;
}

function tryKill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    // It has already ended.
    return false;
  }
}
