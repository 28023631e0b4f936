import {
  defaultDataFolder,
  EmbeddedPostgres,
  EmbeddedPostgresFailed,
  Environment,
  HeldByCommand,
  holdForCommand,
  holdInstance,
  isDatabaseOutage,
  startEmbeddedPostgres,
  StartInterrupted,
  untilAvailable,
} from '@voxpersona/platform';
import { formerServerEnded } from './former-server';
import { CompositionLog } from './log';

/** The PostgreSQL of this installation. */
export interface Database {
  connectionString: string;
  /** `embedded` when we run it ourselves. */
  kind: 'embedded' | 'outside';
  /** Folder of everything that is not in the database. */
  dataFolder: string;
  /** True when no other process can use this installation meanwhile. */
  isAlone: boolean;
  close(): Promise<void>;
}

/** A command fails rather than wait longer. */
const PATIENCE_SECONDS = 60;
type Log = Pick<CompositionLog, 'log' | 'warn'>;
const SILENT: Log = { log: (): void => undefined, warn: (): void => undefined };

export function dataFolderOf(environment: Environment): string {
  return environment.VOXPERSONA_DATA_DIR ?? defaultDataFolder();
}

/**
 * Opens the database beside a server that may be running: for commands of the operator. An embedded database that no server
 * uses is stopped again by the last command that uses it.
 *
 * @throws DataFolderInUse, EmbeddedPostgresFailed
 */
export async function openDatabaseBeside(environment: Environment, log: Log = SILENT): Promise<Database> {
  const dataFolder = dataFolderOf(environment);
  if (environment.DATABASE_URL !== undefined) {
    const close = (): Promise<void> => Promise.resolve();
    const connectionString = environment.DATABASE_URL;
    return { connectionString, kind: 'outside', dataFolder, isAlone: false, close };
  }
  const { embedded, use } = await useEmbedded(dataFolder, log);
  const { connectionString } = embedded;
  const close = (): Promise<void> => use.leave(() => embedded.stop());
  return { connectionString, kind: 'embedded', dataFolder, isAlone: false, close };
}

/**
 * Opens the database for a command that must be alone with it: refused while any server runs.
 *
 * @throws DataFolderInUse, EmbeddedPostgresFailed
 */
export async function openDatabaseAlone(environment: Environment, log: Log = SILENT): Promise<Database> {
  const database = await openDatabaseBeside(environment, log);
  try {
    const instance = await holdInstance(database.connectionString, database.dataFolder);
    return {
      ...database,
      isAlone: true,
      close: async () => {
        await instance.release();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Used {
  embedded: EmbeddedPostgres;
  use: HeldByCommand;
}

/** A database that a server or another command is stopping is waited for, and started again. */
async function useEmbedded(dataFolder: string, log: Log): Promise<Used> {
  const signal = AbortSignal.timeout(PATIENCE_SECONDS * 1_000);
  const open = async (): Promise<Used> => {
    await formerServerEnded(dataFolder, log, signal);
    const embedded = await startEmbeddedPostgres(dataFolder, { log, signal });
    return { embedded, use: await holdForCommand(embedded.connectionString) };
  };
  const what = 'The embedded PostgreSQL';
  try {
    return await untilAvailable(open, { what, isOutage: isDatabaseOutage, log, signal });
  } catch (error) {
    if (!(error instanceof StartInterrupted)) throw error;
    throw new EmbeddedPostgresFailed(
      `${what} cannot be used within ${PATIENCE_SECONDS} s. Try again.`,
      error,
    );
  }
}
