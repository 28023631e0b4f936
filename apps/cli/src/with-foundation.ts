import { Foundation, layFoundation, openDatabaseBeside } from '@voxpersona/composition';
import { loadEnvironment } from '@voxpersona/platform';

const quiet = {
  log: (): void => undefined,
  warn: (message: string): void => console.error(message),
  error: (message: string): void => console.error(message),
};

/** Runs a command on the installation that the environment names, and closes it again. */
export async function withFoundation<T>(use: (foundation: Foundation) => Promise<T>): Promise<T> {
  const environment = loadEnvironment(process.env);
  const database = await openDatabaseBeside(environment);
  const foundation = await layFoundation(environment, database, quiet).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  try {
    return await use(foundation);
  } finally {
    await foundation.close();
  }
}
