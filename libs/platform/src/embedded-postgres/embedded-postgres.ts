import { mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { isDatabaseOutage } from '../postgres/database-failure';
import { untilAvailable, WaitOptions } from '../until-available';
import { findBinaries } from './binaries';
import { ensureCluster } from './cluster';
import { EmbeddedPostgresFailed } from './errors';
import { stopPostmaster } from './postmaster';
import { connectionString, servingPostmaster } from './serving-postmaster';
import { isReachable, unprivilegedUser } from './unprivileged-user';

const DATABASE = 'voxpersona';
const CONNECT_MS = 10_000;
const SILENT = { log: (): void => undefined, warn: (): void => undefined };

export interface EmbeddedPostgres {
  connectionString: string;
  port: number;
  /** True when it was running already. */
  adopted: boolean;
  /** Stops the database, whoever started it. */
  stop(): Promise<void>;
}

/** Where the embedded server keeps everything unless told otherwise. */
export function defaultDataFolder(): string {
  // As root the database runs as another user, who cannot enter root's home.
  if (process.getuid?.() === 0) return '/var/lib/voxpersona';
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'voxpersona');
}

export interface StartOptions {
  /** For a database that died under its clients: they know it under its old port. */
  preferredPort?: number;
  log?: WaitOptions['log'];
  /** Aborting it ends the wait. */
  signal?: AbortSignal;
}

/**
 * Gives the PostgreSQL of a data folder: the one that runs (left behind by a server that was killed, or kept by a
 * server that runs now), else a new one. One that is stopping is waited for; then a new one is started.
 *
 * @throws EmbeddedPostgresFailed, StartInterrupted
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  options: StartOptions = {},
): Promise<EmbeddedPostgres> {
  const user = unprivilegedUser();
  mkdirSync(dataFolder, { recursive: true, mode: user ? 0o711 : 0o700 });
  // PostgreSQL names its folder without links; so must we, to know it again.
  const folder = realpathSync(resolve(dataFolder));
  if (user && !isReachable(folder, user)) {
    throw new EmbeddedPostgresFailed(
      `As root the database runs as user ${user.name}, who cannot enter ${folder}. ` +
        'Give another folder by VOXPERSONA_DATA_DIR (for example /var/lib/voxpersona), or do not run as root.',
    );
  }
  const binaries = findBinaries(folder, user);
  const cluster = await ensureCluster(folder, binaries, user);
  const log = options.log ?? SILENT;
  const signal = options.signal ?? new AbortController().signal;
  const { preferredPort } = options;
  const logFolder = join(folder, 'logs');
  const start = async (): Promise<EmbeddedPostgres> => {
    const { postmaster, adopted } = await servingPostmaster({
      cluster,
      binaries,
      user,
      logFolder,
      preferredPort,
      log,
      signal,
    });
    await ensureDatabase(connectionString(cluster, postmaster.port, 'postgres'));
    return {
      connectionString: connectionString(cluster, postmaster.port, DATABASE),
      port: postmaster.port,
      adopted,
      stop: () => stopPostmaster(cluster, postmaster),
    };
  };
  // One that answers may stop the next moment: then the next one is found, or started.
  const what = 'The embedded PostgreSQL';
  return untilAvailable(start, { what, isOutage: isDatabaseOutage, log, signal });
}

async function ensureDatabase(adminConnection: string): Promise<void> {
  const client = new Client({
    connectionString: adminConnection,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  client.on('error', () => undefined);
  const isThere = async (): Promise<boolean> => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    return rowCount !== 0;
  };
  try {
    await client.connect();
    if (await isThere()) return;
    await client.query(`CREATE DATABASE ${DATABASE}`).catch(async (error: unknown) => {
      // Another process may have made it in between.
      if (!(await isThere())) throw error;
    });
  } finally {
    client.end().catch(() => undefined);
  }
}
