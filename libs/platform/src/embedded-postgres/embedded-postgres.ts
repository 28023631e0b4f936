import { mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { findBinaries } from './binaries';
import { ensureCluster } from './cluster';
import { EmbeddedPostgresFailed } from './errors';
import { answers, connectionString, runningPostmaster, startPostmaster, stopPostmaster } from './postmaster';
import { isReachable, unprivilegedUser } from './unprivileged-user';

const DATABASE = 'voxpersona';
/** How long a database that was left running may take to recover before it counts as dead. */
const ADOPT_PATIENCE_MS = 60_000;

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

/**
 * Gives the PostgreSQL of a data folder: the one that runs (left behind by a server that was killed, or kept by a
 * server that runs now), else a new one.
 *
 * @param preferredPort tried first: after a crash of the database alone, everybody knows it under its old port
 * @throws EmbeddedPostgresFailed
 */
export async function startEmbeddedPostgres(
  dataFolder: string,
  preferredPort?: number,
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
  const running = runningPostmaster(cluster);
  const adopted = running !== undefined && (await answers(cluster, running, ADOPT_PATIENCE_MS));
  const postmaster =
    running && adopted
      ? running
      : await startPostmaster(cluster, binaries, user, join(folder, 'logs'), preferredPort);
  await ensureDatabase(connectionString(cluster, postmaster.port, 'postgres'));
  return {
    connectionString: connectionString(cluster, postmaster.port, DATABASE),
    port: postmaster.port,
    adopted,
    stop: () => stopPostmaster(cluster, postmaster),
  };
}

async function ensureDatabase(adminConnection: string): Promise<void> {
  const client = new Client({ connectionString: adminConnection });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // Another process made it in between.
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) throw error;
  } finally {
    await client.end();
  }
}
