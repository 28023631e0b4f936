import {
  DataFolderInUse,
  defaultDataFolder,
  EmbeddedPostgres,
  Environment,
  holdInstance,
  HeldInstance,
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
  close(): Promise<void>;
}

const REOPEN_DELAY_MS = 500;

export function dataFolderOf(environment: Environment): string {
  return environment.VOXPERSONA_DATA_DIR ?? defaultDataFolder();
}

/**
 * Opens the database as the one server of this installation, and stays it: should the connection that holds the
 * instance be lost, it is taken again, and an embedded database that died is started again.
 *
 * @param onInstanceLost called when another server has taken the installation meanwhile
 * @throws DataFolderInUse, EmbeddedPostgresFailed
 */
export async function openDatabaseExclusively(
  environment: Environment,
  log: CompositionLog,
  onInstanceLost: (error: DataFolderInUse) => void,
): Promise<Database> {
  const dataFolder = dataFolderOf(environment);
  let embedded = environment.DATABASE_URL === undefined ? await startEmbeddedPostgres(dataFolder) : undefined;
  if (embedded)
    log.log(embedded.adopted ? 'Adopted the running embedded PostgreSQL' : 'Started the embedded PostgreSQL');
  const connectionString = environment.DATABASE_URL ?? embedded?.connectionString ?? '';
  let instance: HeldInstance = await holdInstance(connectionString, dataFolder);
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
        watch(await holdInstance(connectionString, dataFolder));
        log.log('The database is back');
        return;
      } catch (error) {
        if (error instanceof DataFolderInUse) {
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
    return { connectionString: environment.DATABASE_URL, kind: 'outside', dataFolder, close };
  }
  const embedded = await startEmbeddedPostgres(dataFolder);
  const { connectionString } = embedded;
  return { connectionString, kind: 'embedded', dataFolder, close: () => stopIfUnused(embedded, dataFolder) };
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
