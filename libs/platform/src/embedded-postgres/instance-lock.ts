import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { DataFolderInUse, InstallationInUse } from './errors';

/** Any number would do; this one spells "voxp" in ASCII. */
const LOCK = 0x766f7870;
const PATIENCE_MS = 5_000;

export interface HeldInstance {
  /** Calls back once, if the lock is lost with its connection. */
  onLost(handler: () => void): void;
  release(): Promise<void>;
}

/**
 * Makes this process the only server of a database, or one of several, for as long as its connection lives. A session lock:
 * gone with the process, however that ends. Also one of several has its data folder for itself.
 *
 * @param dataFolder of this process
 * @throws DataFolderInUse, InstallationInUse
 */
export async function holdInstance(
  connectionString: string,
  dataFolder: string,
  mode: 'alone' | 'among-others' = 'alone',
): Promise<HeldInstance> {
  const client = new Client({
    connectionString,
    application_name: `voxpersona server, pid ${process.pid}`,
    keepAlive: true,
  });
  let lost: (() => void) | undefined;
  let released = false;
  const onEnd = (): void => {
    if (!released) lost?.();
    released = true;
  };
  client.on('error', onEnd);
  client.on('end', onEnd);
  await client.connect();
  const refused = await refusal(client, dataFolder, mode).catch(async (error: unknown) => {
    released = true;
    await client.end().catch(() => undefined);
    throw error;
  });
  if (refused) {
    released = true;
    await client.end();
    throw refused;
  }
  return {
    onLost: (handler) => {
      lost = handler;
    },
    release: async () => {
      released = true;
      await client.end();
    },
  };
}

async function refusal(
  client: Client,
  dataFolder: string,
  mode: 'alone' | 'among-others',
): Promise<Error | undefined> {
  if (mode === 'alone') {
    const held = await tryLock(client, 'SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
    return held ? undefined : new DataFolderInUse(dataFolder, await holderOf(client));
  }
  const shared = await tryLock(client, 'SELECT pg_try_advisory_lock_shared($1) AS held', [LOCK]);
  if (!shared) return new InstallationInUse(await holderOf(client));
  const folder = `${hostname()} ${resolve(dataFolder)}`;
  const own = 'SELECT pg_try_advisory_lock(hashtextextended($1, $2)) AS held';
  if (await tryLock(client, own, [folder, LOCK])) return undefined;
  return new DataFolderInUse(dataFolder, 'each process needs a folder of its own');
}

/** Tries for a while: the session of a server that was just killed may still be ending. */
async function tryLock(client: Client, sql: string, values: readonly unknown[]): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(sql, [...values]);
    if (rows[0]?.held) return true;
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND objid = $1 AND granted AND pid <> pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [LOCK],
  );
  return rows[0]?.application_name ?? 'its process is not known';
}
