import 'reflect-metadata';
import { AnotherEventLog, AnotherMasterKey } from '@voxpersona/composition';
import {
  ConfigurationInvalid,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  errorCode,
  InstallationInUse,
  loadEnvironment,
  MasterKeyInvalid,
} from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { RunningServer, startServer } from './server';

/** Errors whose message says all that the operator needs. */
const PLAIN_ERRORS = [
  AnotherEventLog,
  AnotherMasterKey,
  ConfigurationInvalid,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  InstallationInUse,
  MasterKeyInvalid,
];

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const server = await startServer(loadEnvironment(process.env), fail);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server));
  await server.opened.catch(async (error: unknown) => {
    await server.close().catch(() => undefined);
    throw error;
  });
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
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (errorCode(error) === 'EADDRINUSE')
    return `${error.message}. Choose another PORT, or 0 for any free one.`;
  const plain = PLAIN_ERRORS.some((known) => error instanceof known);
  return plain ? error.message : (error.stack ?? error.message);
}

main().catch(fail);
