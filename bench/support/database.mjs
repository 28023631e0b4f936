import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thenCleanUp } from './clean-up.mjs';
import { built } from './product.mjs';

const END_MS = 1_000;

/** A folder that is deleted after `work`; the embedded database can use it also as root. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-bench-'));
  chmodSync(folder, 0o711);
  return thenCleanUp(
    () => work(folder),
    async () => rmSync(folder, { recursive: true, force: true }),
  );
}

export function openPool(connectionString, max = 20) {
  const { createPool } = built('platform');
  return createPool({ connectionString, max, applicationName: 'bench', onIdleError: () => undefined });
}

/** Gives `work` an empty PostgreSQL of its own, `{ connectionString, pool, listener }`, and takes it away again. */
export async function inDatabase(work, { connections = 20 } = {}) {
  const { PostgresListener, startEmbeddedPostgres } = built('platform');
  return inFolder(async (folder) => {
    const { connectionString, stop } = await startEmbeddedPostgres(folder);
    const pool = openPool(connectionString, connections);
    const listener = new PostgresListener(connectionString, { warn: () => undefined });
    return thenCleanUp(
      () => work({ connectionString, pool, listener }),
      async () => {
        await listener.close();
        // A connection that is in use when it is interrupted is not waited for.
        await Promise.race([pool.end(), sleep(END_MS, undefined, { ref: false })]);
        await stop();
      },
    );
  });
}

/** The least that an append can be: a table with the columns and the uniqueness of the log. */
export const BARE_TABLE = `CREATE TABLE bare_events (
  n bigserial PRIMARY KEY, stream text, revision bigint, id uuid UNIQUE, type text, data json, metadata json,
  UNIQUE (stream, revision))`;
