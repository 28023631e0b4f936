import { INestApplication, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { BotRunner, botTokenOf } from '@voxpersona/bot';
import { Adapters, Foundation } from '@voxpersona/composition';
import {
  FilesystemObjectStorage,
  IssueApiKey,
  PipelineRunner,
  ProviderFailure,
  Workspaces,
} from '@voxpersona/pipeline';
import { Environment, orInterrupted, Role, StartInterrupted, untilAvailable } from '@voxpersona/platform';
import { ProjectionsRunner } from '@voxpersona/projections';
import { announce } from './announce';
import { awaitLog, isOutage } from './await-log';
import { makeFirstKey } from './first-key';

/** A start does not wait longer for the read model of keys; a rebuild goes on meanwhile. */
const KEYS_PATIENCE_MS = 30_000;
/** What making the first key gets to finish once the start is interrupted. */
const FIRST_KEY_FINISH_MS = 1_000;

export interface Opening {
  app: INestApplication;
  /** Where the process listens. */
  url: string;
  environment: Environment;
  foundation: Foundation;
  adapters: Adapters;
  log: Logger;
  /** Aborting it ends the start. */
  signal: AbortSignal;
}

/**
 * Starts everything that needs the event log. A log or a database that cannot be used is waited for, at every step.
 *
 * @throws AnotherEventLog, StartInterrupted
 */
export async function open(opening: Opening): Promise<void> {
  const { app, url, environment, foundation, adapters, log, signal } = opening;
  const step = <T>(work: () => Promise<T>): Promise<T> =>
    untilAvailable(work, { what: 'The database', isOutage, log, signal });
  await awaitLog(foundation.store, foundation.logPlace, { log, signal });
  void tellOfForeignEvents(foundation, log, signal);
  await step(() => tryStorage(adapters, log));
  const isRole = (role: Role): boolean => environment.ROLES.includes(role);
  const projections = app.get(ProjectionsRunner);
  if (isRole('worker')) {
    unlessStopped(signal, () => projections.startReadModels());
    if (foundation.database.isAlone) await step(() => tidyUp(foundation, adapters));
    unlessStopped(signal, () => app.get(PipelineRunner).start());
  }
  const bot = botOf(app, environment);
  if (isRole('api') || bot) await step(() => projections.startIndexes());
  if (isRole('api')) {
    // Which workspace a key belongs to: whoever comes first after an upgrade is not to be taken for a stranger.
    await step(async () => {
      await projections.waitFor(['api-keys'], await foundation.store.head(), KEYS_PATIENCE_MS);
    });
    // It waits for an outage by itself. Interrupted, it continues after the next start.
    await orInterrupted(showFirstKey(opening), signal, FIRST_KEY_FINISH_MS);
  }
  unlessStopped(signal, () => bot?.start(url));
  await announce(app, url, environment, foundation, adapters, log);
}

/** Undefined where no bot runs in this process. */
export function botOf(app: INestApplication, environment: Environment): BotRunner | undefined {
  return botTokenOf(environment) === undefined ? undefined : app.get(BotRunner, { strict: false });
}

/** What is started after it was told to stop would never stop. */
function unlessStopped(signal: AbortSignal, start: () => void): void {
  if (signal.aborted) throw new StartInterrupted();
  start();
}

/** Looks for events of other programs beside the start: in a long log that takes its time. */
async function tellOfForeignEvents(
  { foreignEvents, logPlace }: Foundation,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  await foreignEvents?.follow();
  const found = foreignEvents?.found;
  if (!found?.stream || signal.aborted) return;
  const count = `${found.isAtLeast ? 'at least ' : ''}${found.count}`;
  log.warn(
    `${logPlace} also holds ${count} events of other programs, the first in the stream ${found.stream}. They are skipped. ` +
      'Give VoxPersona a node of its own: reading past them takes time',
  );
}

/** Makes the bucket; a storage that cannot be used does not keep the rest from working, and readiness tells. */
async function tryStorage({ objectStorage }: Adapters, log: Logger): Promise<void> {
  await objectStorage.check().catch((error: unknown) => {
    if (!(error instanceof ProviderFailure)) throw error;
    log.warn(`Audio cannot be stored: ${error.message}. Uploads are refused until it can`);
  });
}

/** Nobody else uses this installation: whoever left these behind is dead. */
async function tidyUp({ jobs }: Foundation, { objectStorage }: Adapters): Promise<void> {
  if (objectStorage instanceof FilesystemObjectStorage) await objectStorage.clearIncoming();
  await jobs.freeAllLeases();
}

async function showFirstKey({ app, foundation, log, signal }: Opening): Promise<void> {
  const commands = app.get(CommandBus);
  const services = {
    issueKey: (command: IssueApiKey) => commands.execute(command),
    workspaces: app.get(Workspaces),
    projections: app.get(ProjectionsRunner),
  };
  const firstKey = await makeFirstKey(foundation, services, log, signal);
  if (!firstKey) return;
  // Not by the logger: logs are kept and sent around, this is shown once.
  process.stdout.write(
    `\nYour API key, shown this once (also kept in ${firstKey.file}):\n\n  ${firstKey.apiKey}\n\n`,
  );
}
