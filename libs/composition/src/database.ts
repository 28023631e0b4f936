import {
  DataFolderInUse,
  defaultDataFolder,
  EmbeddedPostgres,
  Environment,
  holdInstance,
  HeldInstance,
  InstallationInUse,
  startEmbeddedPostgres,
} from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
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

const REOPEN_DELAY_MS = 500;

export function dataFolderOf(environment: Environment): string {
  return environment.VOXPERSONA_DATA_DIR ?? defaultDataFolder();
}

/**
 * Opens the database for a server: an embedded one as its only server, another one as one of several, and stays that:
 * should the connection that holds the instance be lost, it is taken again, and an embedded database that died is started
 * again.
 *
 * @param onInstanceLost called when another process has taken the installation, or the data folder, meanwhile
 * @throws DataFolderInUse, InstallationInUse, EmbeddedPostgresFailed
 */
export async function openDatabaseForServer(
  environment: Environment,
  log: CompositionLog,
  onInstanceLost: (error: Error) => void,
): Promise<Database> {
  const dataFolder = dataFolderOf(environment);
  let embedded = environment.DATABASE_URL === undefined ? await startEmbeddedPostgres(dataFolder) : undefined;
  if (embedded)
    log.log(embedded.adopted ? 'Adopted the running embedded PostgreSQL' : 'Started the embedded PostgreSQL');
  const connectionString = environment.DATABASE_URL ?? embedded?.connectionString ?? '';
  const mode = embedded ? 'alone' : 'among-others';
  let instance: HeldInstance = await holdInstance(connectionString, dataFolder, mode);
  let closed = false;
  const watch = (held: HeldInstance): void => {
    instance = held;
    held.onLost(() => {
      if (!closed) void reopen();
    });
  };
  const reopen = async (): Promise<void> => {
    log.warn('The connection to the database was lost');
    while (!closed) {
      try {
        if (embedded) embedded = await startEmbeddedPostgres(dataFolder, embedded.port);
        watch(await holdInstance(connectionString, dataFolder, mode));
        log.log('The database is back');
        return;
      } catch (error) {
        if (error instanceof DataFolderInUse || error instanceof InstallationInUse) {
          onInstanceLost(error);
          return;
        }
        await sleep(REOPEN_DELAY_MS);
      }
    }
  };
  watch(instance);
  return {
    connectionString,
    kind: embedded ? 'embedded' : 'outside',
    dataFolder,
    isAlone: mode === 'alone',
    close: async () => {
      closed = true;
      await instance.release();
      await embedded?.stop();
    },
  };
}

/**
 * Opens the database beside a server that may be running: for commands of the operator. An embedded database that was
 * started for this is stopped again, unless a server has begun to use it.
 */
export async function openDatabaseBeside(environment: Environment): Promise<Database> {
  const dataFolder = dataFolderOf(environment);
  if (environment.DATABASE_URL !== undefined) {
    const close = (): Promise<void> => Promise.resolve();
    const connectionString = environment.DATABASE_URL;
    return { connectionString, kind: 'outside', dataFolder, isAlone: false, close };
  }
  const embedded = await startEmbeddedPostgres(dataFolder);
  const { connectionString } = embedded;
  const close = (): Promise<void> => stopIfUnused(embedded, dataFolder);
  return { connectionString, kind: 'embedded', dataFolder, isAlone: false, close };
}

/**
 * Opens the database for a command that must be alone with it: refused while any server runs.
 *
 * @throws DataFolderInUse, EmbeddedPostgresFailed
 */
export async function openDatabaseAlone(environment: Environment): Promise<Database> {
  const database = await openDatabaseBeside(environment);
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

async function stopIfUnused(embedded: EmbeddedPostgres, dataFolder: string): Promise<void> {
  if (embedded.adopted) return;
  try {
    const instance = await holdInstance(embedded.connectionString, dataFolder);
    await instance.release();
    await embedded.stop();
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
  }
}
