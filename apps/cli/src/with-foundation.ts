import {
  CompositionLog,
  Database,
  Foundation,
  layFoundation,
  openDatabaseAlone,
  openDatabaseBeside,
} from '@voxpersona/composition';
import { Environment, loadEnvironment } from '@voxpersona/platform';

const quiet = {
  log: (): void => undefined,
  warn: (message: string): void => console.error(message),
  error: (message: string): void => console.error(message),
};

/** A command comes beside servers that need theirs, and does one thing after another. */
const CONNECTIONS = 4;

type Use<T> = (foundation: Foundation, environment: Environment) => Promise<T>;

/** Runs a command on the installation that the environment names, and closes it again. */
export function withFoundation<T>(use: Use<T>): Promise<T> {
  return withDatabase(openDatabaseBeside, use);
}

/**
 * The same for a command that must be alone with the installation.
 *
 * @throws DataFolderInUse while a server runs
 */
export function withFoundationAlone<T>(use: Use<T>): Promise<T> {
  return withDatabase(openDatabaseAlone, use);
}

async function withDatabase<T>(
  open: (environment: Environment, log: CompositionLog) => Promise<Database>,
  use: Use<T>,
): Promise<T> {
  const environment = loadEnvironment(process.env);
  const database = await open(environment, quiet);
  const foundation = await layFoundation(environment, database, quiet, CONNECTIONS).catch(
    async (error: unknown) => {
      await database.close();
      throw error;
    },
  );
  try {
    return await use(foundation, environment);
  } finally {
    await foundation.close();
  }
}
