import { INestApplication, Logger, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestExpressApplication } from '@nestjs/platform-express';
import { OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  Adapters,
  chooseAdapters,
  Foundation,
  layFoundation,
  measureUnhandledRejections,
  openDatabaseForServer,
  ServerDatabase,
} from '@voxpersona/composition';
import { PipelineRunner } from '@voxpersona/pipeline';
import {
  createLogger,
  Environment,
  isDatabaseOutage,
  orInterrupted,
  untilAvailable,
  withPatience,
} from '@voxpersona/platform';
import { ProjectionsRunner } from '@voxpersona/projections';
import { Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { AppModule } from './app.module';
import { openApiDocument } from './contract/openapi-document';
import { ROUTES } from './contract/routes';
import { harden } from './http/harden';
import { ProblemFilter } from './http/problem.filter';
import { assignRequestId } from './http/request-id';
import { measureRequests } from './metrics/measure-requests';
import { OpenStreams } from './progress/open-streams';
import { Gate } from './start/gate';
import { botOf, open } from './start/open';
import { ProcessFailures } from './start/process-failures';
import { HttpDrain } from './stop/http-drain';

/** A connection on which nothing moves for so long is closed. */
const IDLE_MS = 120_000;
/** Longer than the minute after which proxies commonly let go: who reuses a connection must not meet its end. */
const KEEP_ALIVE_MS = 75_000;

/** They go on where they stood, and are not waited for when they are in the middle of something long. */
const READ_MODELS_PATIENCE_MS = 1_000;

export interface ServerOptions {
  /** Aborting it ends the start. */
  signal: AbortSignal;
  failures: ProcessFailures;
  /** Called when going on is impossible; the process should end. */
  onFatal: (error: Error) => void;
}

export interface RunningServer {
  /** Resolves once everything runs; rejects when it never can. A log that cannot be reached is waited for. */
  opened: Promise<void>;
  /** Lets requests and jobs finish within SHUTDOWN_GRACE_SECONDS, and ends everything. */
  close(): Promise<void>;
}

/**
 * Starts what the roles of this process ask for: all of it in one process, or HTTP, or sagas, jobs and read models. It waits
 * for a database that cannot be used. Then HTTP answers, with nothing but its health until the event log is there.
 *
 * @throws ConfigurationInvalid, DataFolderInUse, InstallationInUse, EmbeddedPostgresFailed, DatabaseRefused,
 *   AnotherMasterKey, StartInterrupted
 */
export async function startServer(environment: Environment, options: ServerOptions): Promise<RunningServer> {
  const { signal, failures, onFatal } = options;
  const logger = createLogger({ level: environment.LOG_LEVEL, format: environment.LOG_FORMAT });
  Logger.overrideLogger(logger);
  const log = new Logger('Server');
  const database = await openDatabaseForServer(environment, { log, signal, onInstanceLost: onFatal });
  try {
    const foundation = await untilAvailable(() => layFoundation(environment, database, log), {
      what: 'PostgreSQL',
      isOutage: isDatabaseOutage,
      log,
      signal,
    });
    measureUnhandledRejections(foundation.metrics, () => failures.unhandledRejections);
    const adapters = await orInterrupted(chooseAdapters(environment, foundation, log), signal, 0);
    const gate = new Gate();
    const app = await createApp(environment, foundation, adapters, gate, logger);
    const drain = new HttpDrain(app.getHttpServer());
    const url = await listen(app, environment);
    const closing = new AbortController();
    const opening = { app, url, environment, foundation, adapters, log, signal: closing.signal };
    const opened = open(opening).then(() => gate.open());
    const close = async (): Promise<void> => {
      closing.abort();
      gate.close();
      await closeServer({ app, environment, database, foundation, drain, opened });
    };
    return { opened, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Requests and jobs finish side by side, so that both together take no longer than SHUTDOWN_GRACE_SECONDS. */
async function closeServer(server: {
  app: INestApplication;
  environment: Environment;
  database: ServerDatabase;
  foundation: Foundation;
  drain: HttpDrain;
  opened: Promise<void>;
}): Promise<void> {
  const { app, environment, database, foundation, drain } = server;
  database.announceStop();
  app.get(OpenStreams).endAll();
  const drained = drain.drain(environment.SHUTDOWN_GRACE_SECONDS * 1_000);
  await server.opened.catch(() => undefined);
  await Promise.all([
    // Reads wait for the read models.
    drained.then(() => withPatience(app.get(ProjectionsRunner).stop(), READ_MODELS_PATIENCE_MS)),
    botOf(app, environment)?.stop(),
    app.get(PipelineRunner).stop(),
  ]);
  await app.close();
  await foundation.close();
}

async function createApp(
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  gate: Gate,
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

async function listen(app: NestExpressApplication, { PORT, HOST }: Environment): Promise<string> {
  await app.listen(PORT, HOST);
  const http: Server = app.getHttpServer();
  // An upload may take as long as it takes while bytes come; what stands still is ended.
  http.requestTimeout = 0;
  http.setTimeout(IDLE_MS);
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  const { port } = http.address() as AddressInfo;
  return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`;
}
