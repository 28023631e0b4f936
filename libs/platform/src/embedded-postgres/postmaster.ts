import { spawn } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../error-code';
import { isAlive } from '../processes';
import { PostgresBinaries } from './binaries';
import { Cluster } from './cluster';
import { EmbeddedPostgresFailed } from './errors';
import { UnprivilegedUser } from './unprivileged-user';

/** The main process of a running PostgreSQL. */
export interface Postmaster {
  pid: number;
  port: number;
}

const STOP_PATIENCE_MS = 30_000;

/** What postmaster.pid says, if the process that it names is the PostgreSQL of this cluster. */
export function runningPostmaster(cluster: Cluster): Postmaster | undefined {
  const file = join(cluster.folder, 'postmaster.pid');
  const content = readIfThere(file);
  const lines = content.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!isPostmasterOf(cluster, pid)) {
    // PostgreSQL replaces the file of a dead process by itself, but not one whose number now names another program.
    if (isAlive(pid)) removeStale(file, content);
    return undefined;
  }
  return Number.isInteger(port) && port > 0 ? { pid, port } : undefined;
}

/** Removes the file unless it was replaced meanwhile: then it belongs to a PostgreSQL that has just started. */
function removeStale(file: string, content: string): void {
  const removed = `${file}.${process.pid}`;
  try {
    renameSync(file, removed);
    if (readIfThere(removed) !== content) linkSync(removed, file);
  } catch {
    // Somebody else was faster.
  }
  rmSync(removed, { force: true });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The number in a pid file may since have been given to another program, or to the PostgreSQL of another folder. */
export function isPostmasterOf(cluster: Cluster, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  if (readIfThere(`/proc/${pid}/comm`).trim() !== 'postgres') return false;
  try {
    // A postmaster works in its data folder.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster.folder);
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
}

/**
 * Starts a postmaster that outlives us: after a crash of ours it goes on and is adopted by the next start. Of several
 * started at once on one folder PostgreSQL itself lets one live.
 *
 * @returns the number of the process
 * @throws EmbeddedPostgresFailed
 */
export function spawnPostmaster(
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

/** The preferred port unless another program listens on it; else any free one. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined) {
    const port = await listenOnce(preferred).catch(() => undefined);
    if (port !== undefined) return port;
  }
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
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
  if (!isPostmasterOf(cluster, pid)) return;
  interrupt(pid);
  const deadline = Date.now() + STOP_PATIENCE_MS;
  while (isPostmasterOf(cluster, pid)) {
    if (Date.now() > deadline) throw new EmbeddedPostgresFailed(`PostgreSQL (pid ${pid}) does not stop.`);
    await sleep(25);
  }
}

/** Asks a postmaster for a fast shutdown, and does not wait for it. */
export function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has ended just now.
  }
}
