import { INestApplication, Logger, LoggerService } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { NestExpressApplication } from '@nestjs/platform-express';
import { OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  Adapters,
  chooseAdapters,
  Foundation,
  layFoundation,
  openDatabaseForServer,
} from '@voxpersona/composition';
import {
  FilesystemObjectStorage,
  IssueApiKey,
  PipelineRunner,
  ProviderFailure,
  Workspaces,
} from '@voxpersona/pipeline';
import { createLogger, Environment, Role } from '@voxpersona/platform';
import { ProjectionsRunner } from '@voxpersona/projections';
import { BotRunner, botTokenOf } from '@voxpersona/bot';
import { Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { AppModule } from './app.module';
import { openApiDocument } from './contract/openapi-document';
import { ROUTES } from './contract/routes';
import { makeFirstKey } from './start/first-key';
import { harden } from './http/harden';
import { ProblemFilter } from './http/problem.filter';
import { assignRequestId } from './http/request-id';
import { measureRequests } from './metrics/measure-requests';
import { announce } from './start/announce';
import { awaitLog } from './start/await-log';
import { StartGate } from './start/start-gate';

/** A connection on which nothing moves for so long is closed. */
const IDLE_MS = 120_000;
/** Longer than the minute after which proxies commonly let go: who reuses a connection must not meet its end. */
const KEEP_ALIVE_MS = 75_000;

/** A start does not wait longer for the read model of keys; a rebuild goes on meanwhile. */
const KEYS_PATIENCE_MS = 30_000;

export interface RunningServer {
  url: string;
  /** Resolves once everything runs; rejects when it never can. A log that cannot be reached is waited for. */
  opened: Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts what the roles of this process ask for: all of it in one process, or HTTP, or sagas, jobs and read models. HTTP
 * answers at once, with nothing but its health until the event log is there.
 *
 * @param onFatal called when going on is impossible; the process should end
 * @throws ConfigurationInvalid, DataFolderInUse, InstallationInUse, EmbeddedPostgresFailed, AnotherMasterKey
 */
export async function startServer(
  environment: Environment,
  onFatal: (error: Error) => void,
): Promise<RunningServer> {
  const logger = createLogger({ level: environment.LOG_LEVEL, format: environment.LOG_FORMAT });
  Logger.overrideLogger(logger);
  const log = new Logger('Server');
  const database = await openDatabaseForServer(environment, log, onFatal);
  try {
    const foundation = await layFoundation(environment, database, log);
    const adapters = await chooseAdapters(environment, foundation, log);
    const gate = new StartGate();
    const app = await createApp(environment, foundation, adapters, gate, logger);
    const { http, url } = await listen(app, environment);
    const closing = new AbortController();
    const opened = open(app, url, environment, foundation, adapters, closing.signal, log).then((isOpen) => {
      if (isOpen) gate.open();
    });
    const close = async (): Promise<void> => {
      closing.abort();
      await closeHttp(app, http, environment.SHUTDOWN_GRACE_SECONDS * 1_000);
      await opened.catch(() => undefined);
      await botOf(app, environment)?.stop();
      await app.get(PipelineRunner).stop();
      await app.get(ProjectionsRunner).stop();
      await foundation.close();
    };
    return { url, opened, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function createApp(
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  gate: StartGate,
  logger: LoggerService,
): Promise<NestExpressApplication> {
  const module = AppModule.forRoot(environment, foundation, adapters);
  const app = await NestFactory.create<NestExpressApplication>(module, { logger });
  app.use(measureRequests(foundation.metrics));
  app.use(assignRequestId);
  harden(app, environment);
  app.use(gate.handle);
  app.useBodyParser('json', { limit: '1mb' });
  app.useGlobalFilters(new ProblemFilter());
  if (environment.ROLES.includes('api')) describeApi(app);
  return app;
}

function describeApi(app: INestApplication): void {
  const document = openApiDocument(ROUTES) as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs/openapi.json' });
}

async function listen(
  app: NestExpressApplication,
  { PORT, HOST }: Environment,
): Promise<{ http: Server; url: string }> {
  await app.listen(PORT, HOST);
  const http: Server = app.getHttpServer();
  // An upload may take as long as it takes while bytes come; what stands still is ended.
  http.requestTimeout = 0;
  http.setTimeout(IDLE_MS);
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  const { port } = http.address() as AddressInfo;
  return { http, url: `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}` };
}

/** Everything that needs the log; false when the server was closed before the log was there. */
async function open(
  app: NestExpressApplication,
  url: string,
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  signal: AbortSignal,
  log: Logger,
): Promise<boolean> {
  if (!(await awaitLog(foundation.store, foundation.logPlace, log, signal))) return false;
  await tryStorage(adapters, log);
  const isRole = (role: Role): boolean => environment.ROLES.includes(role);
  const projections = app.get(ProjectionsRunner);
  if (isRole('worker')) {
    projections.startReadModels();
    if (foundation.database.isAlone) await tidyUp(foundation, adapters);
    app.get(PipelineRunner).start();
  }
  const bot = botOf(app, environment);
  if (isRole('api') || bot) await projections.startIndexes();
  if (isRole('api')) {
    // Which workspace a key belongs to: whoever comes first after an upgrade is not to be taken for a stranger.
    await projections.waitFor(['api-keys'], await foundation.store.head(), KEYS_PATIENCE_MS);
    await showFirstKey(app, foundation, projections, log, signal);
    if (signal.aborted) return false;
  }
  bot?.start(url);
  await announce(app, url, environment, foundation, adapters, log);
  return true;
}

/** Undefined where no bot runs in this process. */
function botOf(app: INestApplication, environment: Environment): BotRunner | undefined {
  return botTokenOf(environment) === undefined ? undefined : app.get(BotRunner, { strict: false });
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

async function showFirstKey(
  app: INestApplication,
  foundation: Foundation,
  projections: ProjectionsRunner,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const commands = app.get(CommandBus);
  const services = {
    issueKey: (command: IssueApiKey) => commands.execute(command),
    workspaces: app.get(Workspaces),
    projections,
  };
  const firstKey = await makeFirstKey(foundation, services, log, signal);
  if (!firstKey) return;
  // Not by the logger: logs are kept and sent around, this is shown once.
  process.stdout.write(
    `\nYour API key, shown this once (also kept in ${firstKey.file}):\n\n  ${firstKey.apiKey}\n\n`,
  );
}

/** Takes no new request, lets those under way finish, and cuts what is left after `graceMs`. */
async function closeHttp(app: NestExpressApplication, http: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => http.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(timer);
}
