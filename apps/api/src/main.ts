import 'reflect-metadata';
import { AnotherEventLog, AnotherMasterKey } from '@voxpersona/composition';
import {
  aborted,
  ConfigurationInvalid,
  DatabaseRefused,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  errorCode,
  InstallationInUse,
  loadEnvironment,
  MasterKeyInvalid,
  StartInterrupted,
} from '@voxpersona/platform';
import { existsSync } from 'node:fs';
import { startServer } from './server';
import { ProcessFailures } from './start/process-failures';

/** Errors whose message says all that the operator needs. */
const PLAIN_ERRORS = [
  AnotherEventLog,
  AnotherMasterKey,
  ConfigurationInvalid,
  DatabaseRefused,
  DataFolderInUse,
  EmbeddedPostgresFailed,
  InstallationInUse,
  MasterKeyInvalid,
];

/** What closing takes at most beyond the time that requests and jobs get. */
const CLOSE_MS = 30_000;
/** After an uncaught exception anything may be wrong: closing gets no longer than this. */
const CLOSE_AFTER_FAILURE_MS = 5_000;

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const stop = new AbortController();
  // The second signal ends the process at once, as usual.
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  const failures = new ProcessFailures();
  failures.watch(() => {
    process.exitCode = 1;
    exitAfter(CLOSE_AFTER_FAILURE_MS);
    stop.abort();
  });
  const environment = loadEnvironment(process.env);
  const { signal } = stop;
  signal.addEventListener('abort', () => exitAfter(environment.SHUTDOWN_GRACE_SECONDS * 1_000 + CLOSE_MS));
  try {
    const server = await startServer(environment, { signal, failures, onFatal: fail });
    try {
      await Promise.race([aborted(signal), server.opened.then(() => aborted(signal))]);
    } finally {
      stop.abort();
      await server.close();
    }
  } catch (error) {
    if (!(error instanceof StartInterrupted)) throw error;
  }
  process.exit();
}

function exitAfter(ms: number): void {
  const tooLate = (): void => fail('The process did not stop in time, and is ended.');
  setTimeout(tooLate, ms).unref();
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
