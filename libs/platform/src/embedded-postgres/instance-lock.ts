import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DataFolderInUse } from './errors';

/** Any number would do; this one spells "voxp" in ASCII. */
const LOCK = 0x766f7870;
const PATIENCE_MS = 2_000;

export interface HeldInstance {
  /** Calls back once, if the lock is lost with its connection. */
  onLost(handler: () => void): void;
  release(): Promise<void>;
}

/**
 * Makes this process the only server of a database for as long as its connection lives. A session lock: gone with the
 * process, however that ends.
 *
 * @param dataFolder for the message only
 * @throws DataFolderInUse
 */
export async function holdInstance(connectionString: string, dataFolder: string): Promise<HeldInstance> {
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
  if (!(await tryLock(client))) {
    const holder = await holderOf(client);
    released = true;
    await client.end();
    throw new DataFolderInUse(dataFolder, holder);
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

/** Tries for a while: the session of a server that was just killed may still be ending. */
async function tryLock(client: Client): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
    if (rows[0]?.held) return true;
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ application_name: string }>(
    `SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND objid = $1 AND granted`,
    [LOCK],
  );
  return rows[0]?.application_name ?? 'its process is not known';
}
