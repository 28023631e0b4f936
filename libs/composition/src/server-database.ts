import {
  clearServerState,
  DatabaseRefused,
  DataFolderInUse,
  EmbeddedPostgres,
  EmbeddedPostgresFailed,
  Environment,
  HeldInstance,
  holdInstance,
  InstallationInUse,
  isDatabaseOutage,
  isWrongConnection,
  otherServer,
  reasonOf,
  startEmbeddedPostgres,
  untilAvailable,
  withPatience,
  writeServerState,
} from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, dataFolderOf } from './database';
import { formerServerEnded, isRefusedByLeaving } from './former-server';
import { CompositionLog } from './log';

/** The database of a server, which is known to be its server as long as it is open. */
export interface ServerDatabase extends Database {
  /** Tells the next server on this data folder to wait until this process has ended. */
  announceStop(): void;
}

export interface ServerDatabaseOptions {
  log: CompositionLog;
  /** Aborting it ends the wait for a database that cannot be used. */
  signal: AbortSignal;
  /** Called when another process has taken the installation, or the data folder, meanwhile. */
  onInstanceLost: (error: Error) => void;
}

/** A database that this process may use as its server. */
interface Opened {
  embedded: EmbeddedPostgres | undefined;
  instance: HeldInstance;
}

const REOPEN_DELAY_MS = 500;

/**
 * Opens the database for a server: an embedded one as its only server, another one as one of several. A database that cannot
 * be used is waited for; so is a former server that is still stopping.
 *
 * @throws DataFolderInUse, InstallationInUse, EmbeddedPostgresFailed, DatabaseRefused, StartInterrupted
 */
export async function openDatabaseForServer(
  environment: Environment,
  options: ServerDatabaseOptions,
): Promise<ServerDatabase> {
  const { log, signal } = options;
  const dataFolder = dataFolderOf(environment);
  let former: number | undefined;
  // The holder of the lock may have begun to stop, or ended, after it was looked at.
  const isPassing = (error: unknown): boolean =>
    isDatabaseOutage(error) || isRefusedByLeaving(error, dataFolder, former);
  const opened = await untilAvailable(
    async () => {
      await formerServerEnded(dataFolder, log, signal);
      former = otherServer(dataFolder)?.pid;
      return open(environment, dataFolder, { log, signal });
    },
    { what: 'PostgreSQL', isOutage: isPassing, log, signal },
  ).catch((error: unknown) => {
    throw isWrongConnection(error) ? new DatabaseRefused(error) : error;
  });
  const { embedded } = opened;
  if (embedded)
    log.log(embedded.adopted ? 'Adopted the running embedded PostgreSQL' : 'Started the embedded PostgreSQL');
  return new HeldDatabase(environment, dataFolder, opened, options);
}

async function open(
  environment: Environment,
  dataFolder: string,
  options: { log: CompositionLog; signal: AbortSignal; preferredPort?: number },
): Promise<Opened> {
  const url = environment.DATABASE_URL;
  if (url !== undefined) {
    return { embedded: undefined, instance: await holdInstance(url, dataFolder, 'among-others') };
  }
  const embedded = await startEmbeddedPostgres(dataFolder, options);
  return { embedded, instance: await holdInstance(embedded.connectionString, dataFolder, 'alone') };
}

/**
 * Stays the server of the database: should the connection that holds the lock be lost, it is taken again, and an embedded
 * database that died is started again.
 */
class HeldDatabase implements ServerDatabase {
  readonly connectionString: string;
  readonly kind: Database['kind'];
  readonly isAlone: boolean;
  private readonly closing = new AbortController();
  private reopening: Promise<void> = Promise.resolve();

  constructor(
    private readonly environment: Environment,
    readonly dataFolder: string,
    private opened: Opened,
    private readonly options: ServerDatabaseOptions,
  ) {
    const { embedded } = opened;
    this.connectionString = environment.DATABASE_URL ?? embedded?.connectionString ?? '';
    this.kind = embedded ? 'embedded' : 'outside';
    this.isAlone = embedded !== undefined;
    writeServerState(dataFolder, 'running');
    this.watch();
  }

  announceStop(): void {
    try {
      writeServerState(this.dataFolder, 'stopping');
    } catch (error) {
      this.options.log.warn(`The stop cannot be noted in the data folder: ${reasonOf(error)}`);
    }
  }

  /**
   * An embedded database is stopped under its lock, which ends with it: so nobody can have begun to use what is about to stop.
   */
  async close(): Promise<void> {
    this.closing.abort();
    this.announceStop();
    // An embedded database that is being started must be known, to be stopped.
    if (this.kind === 'embedded') await this.reopening;
    else await withPatience(this.reopening, REOPEN_DELAY_MS);
    const { embedded, instance } = this.opened;
    await embedded?.stop();
    await instance.release();
    clearServerState(this.dataFolder);
  }

  private watch(): void {
    this.opened.instance.onLost(() => {
      if (!this.closing.signal.aborted) this.reopening = this.reopen();
    });
  }

  private async reopen(): Promise<void> {
    const { log, onInstanceLost } = this.options;
    const { signal } = this.closing;
    log.warn('The connection to the database was lost');
    while (!signal.aborted) {
      try {
        const port = this.opened.embedded?.port;
        this.opened = await this.openAgain(port);
        this.watch();
        if (this.opened.embedded?.port === port) log.log('The database is back');
        else onInstanceLost(new PortTaken(port));
        return;
      } catch (error) {
        if (error instanceof DataFolderInUse || error instanceof InstallationInUse) {
          onInstanceLost(error);
          return;
        }
        await sleep(REOPEN_DELAY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private openAgain(port: number | undefined): Promise<Opened> {
    const { signal } = this.closing;
    const { log } = this.options;
    return open(this.environment, this.dataFolder, {
      log,
      signal,
      ...(port !== undefined && { preferredPort: port }),
    });
  }
}

/** Everything in this process knows the database under its old port. */
class PortTaken extends EmbeddedPostgresFailed {
  constructor(port: number | undefined) {
    super(
      `The embedded PostgreSQL could not be started on port ${port} again: another program has taken it. Start the server again.`,
    );
    this.name = 'PortTaken';
  }
}
