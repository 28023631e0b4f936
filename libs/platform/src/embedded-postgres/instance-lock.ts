import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { cutConnection } from '../postgres/cut-connection';
import { withPatience } from '../with-patience';
import { DataFolderInUse, EmbeddedPostgresFailed, InstallationInUse } from './errors';

/** Any number would do; this one spells "voxp" in ASCII. Held by servers. */
const SERVER_LOCK = 0x766f7870;
/** Shared by the commands that use an embedded database. */
const COMMAND_LOCK = SERVER_LOCK + 1;
/** Held by the command that finds out whether it is the last. */
const LEAVING_LOCK = SERVER_LOCK + 2;
/** The session of a server that was just killed may still be ending. */
const PATIENCE_MS = 5_000;
const ANSWER_MS = 10_000;
const END_MS = 500;

export interface HeldInstance {
  /** Calls back once, if the lock is lost with its connection. */
  onLost(handler: () => void): void;
  release(): Promise<void>;
}

/** The use of an embedded database by a command. */
export interface HeldByCommand {
  /**
   * Ends the use, and calls `stop` when no server and no other command uses the database. None can begin to meanwhile: the
   * locks end with the database.
   */
  leave(stop: () => Promise<void>): Promise<void>;
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
  const { client, onLost } = await connect(connectionString, 'server');
  const refused = await refusal(client, dataFolder, mode).catch(async (error: unknown) => {
    await end(client);
    throw error;
  });
  if (refused) {
    await end(client);
    throw refused;
  }
  return { onLost, release: () => end(client) };
}

/**
 * Notes that a command uses an embedded database: another command does not stop it meanwhile.
 *
 * @throws EmbeddedPostgresFailed
 */
export async function holdForCommand(connectionString: string): Promise<HeldByCommand> {
  const { client } = await connect(connectionString, 'command');
  try {
    const held = await tryLock(client, 'SELECT pg_try_advisory_lock_shared($1) AS held', [COMMAND_LOCK]);
    if (!held) throw new EmbeddedPostgresFailed('Another command stops the embedded PostgreSQL. Try again.');
  } catch (error) {
    await end(client);
    throw error;
  }
  return {
    leave: async (stop) => {
      try {
        if (await isLast(client)) await stop();
      } finally {
        await end(client);
      }
    },
  };
}

/** Of two commands that leave at once the second is the last: hence one at a time finds out. */
async function isLast(client: Client): Promise<boolean> {
  const lock = 'SELECT pg_try_advisory_lock($1) AS held';
  try {
    if (!(await tryLock(client, lock, [LEAVING_LOCK]))) return false;
    for (const wanted of [COMMAND_LOCK, SERVER_LOCK]) {
      const { rows } = await client.query<{ held: boolean }>(lock, [wanted]);
      if (!rows[0]?.held) return false;
    }
    return true;
  } catch {
    // The server has stopped the database.
    return false;
  }
}

async function connect(
  connectionString: string,
  role: 'server' | 'command',
): Promise<{ client: Client; onLost: HeldInstance['onLost'] }> {
  const client = new Client({
    connectionString,
    application_name: `voxpersona ${role}, pid ${process.pid}`,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  let isLost = false;
  let tell: (() => void) | undefined;
  const lost = (): void => {
    isLost = true;
    tell?.();
    tell = undefined;
  };
  client.on('error', lost);
  client.on('end', lost);
  await client.connect();
  const onLost = (handler: () => void): void => {
    if (isLost) handler();
    else tell = handler;
  };
  return { client, onLost };
}

/** Gives up all locks of the session. Waits for its end, but not for a database that is gone. */
async function end(client: Client): Promise<void> {
  await withPatience(client.end(), END_MS).catch(() => undefined);
  cutConnection(client);
}

async function refusal(
  client: Client,
  dataFolder: string,
  mode: 'alone' | 'among-others',
): Promise<Error | undefined> {
  if (mode === 'alone') {
    const held = await tryLock(client, 'SELECT pg_try_advisory_lock($1) AS held', [SERVER_LOCK]);
    return held ? undefined : new DataFolderInUse(dataFolder, await holderOf(client));
  }
  const shared = await tryLock(client, 'SELECT pg_try_advisory_lock_shared($1) AS held', [SERVER_LOCK]);
  if (!shared) return new InstallationInUse(await holderOf(client));
  const folder = `${hostname()} ${resolve(dataFolder)}`;
  const own = 'SELECT pg_try_advisory_lock(hashtextextended($1, $2)) AS held';
  if (await tryLock(client, own, [folder, SERVER_LOCK])) return undefined;
  return new DataFolderInUse(dataFolder, 'each process needs a folder of its own');
}

/** Tries for a while. */
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
    [SERVER_LOCK],
  );
  return rows[0]?.application_name ?? 'its process is not known';
}
