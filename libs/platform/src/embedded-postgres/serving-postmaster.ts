import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { reasonOf } from '../error-reason';
import { isWrongConnection } from '../postgres/database-failure';
import { isAlive } from '../processes';
import { delayAfter, nextTry, orInterrupted, StartInterrupted } from '../until-available';
import { PostgresBinaries } from './binaries';
import { Cluster, DATABASE_USER } from './cluster';
import { EmbeddedPostgresFailed } from './errors';
import {
  freePort,
  interrupt,
  isPostmasterOf,
  Postmaster,
  runningPostmaster,
  spawnPostmaster,
} from './postmaster';
import { UnprivilegedUser } from './unprivileged-user';

/** For so long new processes may fail to start before we give up. */
const START_PATIENCE_MS = 60_000;
/** A usual start takes less: it is not worth a line in the log. */
const QUIET_MS = 2_000;
const POLL_MS = 25;
/** The database is on this machine: asking often costs nothing. */
const LONGEST_DELAY_MS = 2_000;
const ANSWER_MS = 5_000;

export interface PostmasterOptions {
  cluster: Cluster;
  binaries: PostgresBinaries;
  user: UnprivilegedUser | undefined;
  logFolder: string;
  /** Used unless another program has taken it. */
  preferredPort: number | undefined;
  log: { warn(message: string): void };
  /** Aborting it ends the wait. */
  signal: AbortSignal;
}

export function connectionString(cluster: Cluster, port: number, database: string): string {
  return `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/**
 * Gives the postmaster of a cluster once it answers: the one that runs, else a new one. One that is starting up, recovering
 * or shutting down is waited for, as long as it lives.
 *
 * @returns whether it was running before
 * @throws EmbeddedPostgresFailed, StartInterrupted
 */
export async function servingPostmaster(
  options: PostmasterOptions,
): Promise<{ postmaster: Postmaster; adopted: boolean }> {
  const { cluster, logFolder, signal } = options;
  let failingSince: number | undefined;
  let ours: number | undefined;
  for (;;) {
    if (signal.aborted) throw new StartInterrupted();
    const postmaster = runningPostmaster(cluster);
    if (postmaster) {
      const adopted = postmaster.pid !== ours;
      if (adopted) failingSince = undefined;
      if (await serves(postmaster, options, ours)) return { postmaster, adopted };
      continue;
    }
    failingSince ??= Date.now();
    if (Date.now() - failingSince > START_PATIENCE_MS) {
      const file = join(logFolder, 'postgres.log');
      throw new EmbeddedPostgresFailed(`The embedded PostgreSQL does not start; see ${file}.`);
    }
    ours = await spawned(options, await freePort(options.preferredPort), failingSince + START_PATIENCE_MS);
  }
}

/** Starts a postmaster, and waits until one is noted in the data folder, or ours has ended. */
async function spawned(options: PostmasterOptions, port: number, deadline: number): Promise<number> {
  const { cluster, binaries, user, logFolder, signal } = options;
  const pid = spawnPostmaster(cluster, binaries, user, logFolder, port);
  while (isAlive(pid) && !runningPostmaster(cluster) && Date.now() < deadline && !signal.aborted)
    await sleep(POLL_MS);
  if (signal.aborted) {
    interrupt(pid);
    throw new StartInterrupted();
  }
  // It has ended: another start was first, the former one is still stopping, or the port was taken meanwhile.
  if (!isAlive(pid)) await sleep(4 * POLL_MS);
  return pid;
}

/** Waits until the postmaster answers; false when it ended instead. */
async function serves(
  postmaster: Postmaster,
  { cluster, log, signal }: PostmasterOptions,
  ours: number | undefined,
): Promise<boolean> {
  const startedAt = Date.now();
  try {
    for (let attempts = 1; isPostmasterOf(cluster, postmaster.pid);) {
      const reason = await orInterrupted(whyNotReady(cluster, postmaster), signal, 0);
      if (reason === undefined) return true;
      let delay = POLL_MS;
      if (Date.now() - startedAt > QUIET_MS) {
        delay = Math.min(delayAfter(attempts), LONGEST_DELAY_MS);
        const who = `The embedded PostgreSQL (pid ${postmaster.pid})`;
        log.warn(`${who} cannot be used: ${reason}. ${nextTry(attempts, delay)}`);
        attempts += 1;
      }
      await orInterrupted(sleep(delay), signal, 0);
    }
    return false;
  } catch (error) {
    // Nobody would know of the one that we have started.
    if (postmaster.pid === ours) interrupt(ours);
    throw error;
  }
}

/**
 * Asks a postmaster once. Undefined when it answers to our password.
 *
 * @throws EmbeddedPostgresFailed when it never will
 */
async function whyNotReady(cluster: Cluster, { pid, port }: Postmaster): Promise<string | undefined> {
  const client = new Client({
    connectionString: connectionString(cluster, port, 'postgres'),
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    if (rows[0]?.data_directory === cluster.folder) return undefined;
  } catch (error) {
    if (!isWrongConnection(error)) return reasonOf(error);
    throw new EmbeddedPostgresFailed(
      `The embedded PostgreSQL (pid ${pid}) refuses our password (${reasonOf(error)}). ` +
        'Restore the file database-password of the data folder.',
    );
  } finally {
    client.end().catch(() => undefined);
  }
  throw new EmbeddedPostgresFailed(
    `${join(cluster.folder, 'postmaster.pid')} names a PostgreSQL (pid ${pid}) that serves another folder. Remove that file.`,
  );
}
