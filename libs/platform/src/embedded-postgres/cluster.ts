import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../error-code';
import { PostgresBinaries } from './binaries';
import { UnprivilegedUser } from './unprivileged-user';

/** Superuser of the embedded cluster, and our database in it. */
export const DATABASE_USER = 'voxpersona';

export interface Cluster {
  folder: string;
  password: string;
}

/**
 * The cluster's folder below the data folder, made on first use. It is built beside its place and moved there in one
 * step: a cluster that is there is whole, whoever was killed while making it.
 */
export async function ensureCluster(
  dataFolder: string,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
): Promise<Cluster> {
  const folder = join(dataFolder, 'postgres');
  const passwordFile = join(dataFolder, 'database-password');
  const password = readOrMakeSecret(passwordFile);
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    const building = join(dataFolder, `postgres.building-${randomUUID()}`);
    await initialise(building, password, binaries, user);
    try {
      renameSync(building, folder);
    } catch (error) {
      rmSync(building, { recursive: true, force: true });
      if (!existsSync(join(folder, 'PG_VERSION'))) throw error;
    }
  }
  return { folder, password };
}

/** A secret of 32 random bytes in a file that only we can read. Of two that make it at once the first one counts. */
function readOrMakeSecret(file: string): string {
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

async function initialise(
  folder: string,
  password: string,
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
): Promise<void> {
  const passwordFile = `${folder}.password`;
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) {
    chownSync(folder, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  try {
    await promisify(execFile)(
      binaries.initdb,
      [
        '--pgdata',
        folder,
        '--username',
        DATABASE_USER,
        '--pwfile',
        passwordFile,
        '--auth',
        'scram-sha-256',
        '--encoding',
        'UTF8',
        // The same collation on every machine: independent of the system's locales.
        '--locale-provider',
        'builtin',
        '--builtin-locale',
        'C.UTF-8',
        '--locale',
        'C.UTF-8',
      ],
      { cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) },
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
