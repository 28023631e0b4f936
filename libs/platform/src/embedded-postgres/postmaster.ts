import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { errorCode } from '../error-code';
import { PostgresBinaries } from './binaries';
import { Cluster, DATABASE_USER } from './cluster';
import { EmbeddedPostgresFailed } from './errors';
import { UnprivilegedUser } from './unprivileged-user';

export interface Postmaster {
  pid: number;
  port: number;
}

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 30_000;

/** What postmaster.pid says, if a PostgreSQL that it names is alive. A file left by a dead one is removed. */
export function runningPostmaster(cluster: Cluster): Postmaster | undefined {
  const file = join(cluster.folder, 'postmaster.pid');
  const lines = readLines(file);
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!isPostgres(pid)) {
    rmSync(file, { force: true });
    return undefined;
  }
  return Number.isInteger(port) && port > 0 ? { pid, port } : undefined;
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** The number in a pid file may since have been given to another program. */
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  return readLines(`/proc/${pid}/comm`)[0] === 'postgres';
}

export function connectionString(cluster: Cluster, port: number, database: string): string {
  return `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** Waits until the postmaster answers to our password for our folder; false when it does not in time or is gone. */
export async function answers(
  cluster: Cluster,
  postmaster: Postmaster,
  patienceMs: number,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isPostgres(postmaster.pid)) {
    const client = new Client({
      connectionString: connectionString(cluster, postmaster.port, 'postgres'),
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return rows[0]?.data_directory === cluster.folder;
    } catch {
      // Starting up or recovering: it says so and refuses.
    } finally {
      await client.end().catch(() => undefined);
    }
    if (Date.now() > deadline) return false;
    await sleep(25);
  }
  return false;
}

/**
 * Starts a postmaster that outlives us: after a crash of ours it goes on and is adopted by the next start. Of several
 * started at once on one folder PostgreSQL itself lets one live.
 *
 * @throws EmbeddedPostgresFailed
 */
export async function startPostmaster(
  cluster: Cluster,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
  logFolder: string,
  preferredPort: number | undefined,
): Promise<Postmaster> {
  const deadline = Date.now() + START_PATIENCE_MS;
  for (let wish = preferredPort; Date.now() < deadline; wish = undefined) {
    const port = wish ?? (await freePort());
    const pid = spawnPostmaster(cluster, binaries, user, logFolder, port);
    while (isAlive(pid) && Date.now() < deadline) {
      const running = runningPostmaster(cluster);
      if (running && (await answers(cluster, running, 1_000))) return running;
      await sleep(25);
    }
    // Ours is gone: another start was first (then that one answers now), or the port was taken meanwhile.
    const other = runningPostmaster(cluster);
    if (other && (await answers(cluster, other, 10_000))) return other;
    await sleep(100);
  }
  throw new EmbeddedPostgresFailed(
    `The embedded PostgreSQL does not start; see ${join(logFolder, 'postgres.log')}.`,
  );
}

function spawnPostmaster(
  cluster: Cluster,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
  logFolder: string,
  port: number,
): number {
  mkdirSync(logFolder, { recursive: true });
  const log = openSync(join(logFolder, 'postgres.log'), 'a', 0o600);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Several processes may share it, and commands of an operator come beside them.
    max_connections: '300',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const child = spawn(
    binaries.postgres,
    [
      '-D',
      cluster.folder,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  child.on('error', () => undefined);
  child.unref();
  closeSync(log);
  if (child.pid === undefined) {
    throw new EmbeddedPostgresFailed(`${binaries.postgres} cannot be started.`);
  }
  return child.pid;
}

/** Also true for a child that has ended but was not waited for yet; node does that on its own soon after. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('The system gave no port')),
      );
    });
  });
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
export async function stopPostmaster(cluster: Cluster, { pid }: Postmaster): Promise<void> {
  if (!isPostgres(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_PATIENCE_MS;
  while (runningPostmaster(cluster)?.pid === pid) {
    if (Date.now() > deadline) throw new EmbeddedPostgresFailed(`PostgreSQL (pid ${pid}) does not stop.`);
    await sleep(25);
  }
}
