import 'reflect-metadata';
import {
  ConfigurationInvalid,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  loadEnvironment,
} from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { RunningServer, startServer } from './server';

/** Errors whose message says all that the operator needs. */
const PLAIN_ERRORS = [ConfigurationInvalid, DataFolderInUse, EmbeddedPostgresFailed];

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const server = await startServer(loadEnvironment(process.env), fail);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server));
}

async function stop(server: RunningServer): Promise<void> {
  try {
    await server.close();
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  const plain = PLAIN_ERRORS.some((known) => error instanceof known);
  const text =
    error instanceof Error ? (plain ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main().catch(fail);
