import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from './product.mjs';

/** A folder that goes with the process's work; the embedded database can use it also as root. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-bench-'));
  chmodSync(folder, 0o711);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
    try {
      return await work({ connectionString, pool, listener, folder });
    } finally {
      await listener.close();
      await pool.end();
      await stop();
    }
  });
}

/** The least that an append can be: a table with the columns and the uniqueness of the log. */
export const BARE_TABLE = `CREATE TABLE bare_events (
  n bigserial PRIMARY KEY, stream text, revision bigint, id uuid UNIQUE, type text, data json, metadata json,
  UNIQUE (stream, revision))`;
