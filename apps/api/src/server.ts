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
  openDatabaseExclusively,
} from '@voxpersona/composition';
import { PipelineRunner, Workspaces } from '@voxpersona/pipeline';
import { createLogger, Environment } from '@voxpersona/platform';
import { IndexGenerations, ProjectionsRunner } from '@voxpersona/projections';
import { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AddressInfo } from 'node:net';
import { AppModule } from './app.module';
import { openApiDocument } from './contract/openapi-document';
import { ROUTES } from './contract/routes';
import { makeFirstKey } from './first-key';
import { harden } from './http/harden';
import { ProblemFilter } from './http/problem.filter';
import { assignRequestId } from './http/request-id';
import { measureRequests } from './metrics/measure-requests';

/** A connection on which nothing moves for so long is closed. */
const IDLE_MS = 120_000;
/** Longer than the minute after which proxies commonly let go: who reuses a connection must not meet its end. */
const KEEP_ALIVE_MS = 75_000;

/** A start does not wait longer for the index's process; a large snapshot is read meanwhile. */
const INDEX_PATIENCE_MS = 2_000;

/** A start does not wait longer for the read model of keys; a rebuild goes on meanwhile. */
const KEYS_PATIENCE_MS = 30_000;

export interface RunningServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts everything in one process: database, log, sagas, jobs, read models, HTTP.
 *
 * @param onFatal called when going on is impossible; the process should end
 * @throws ConfigurationInvalid, DataFolderInUse, EmbeddedPostgresFailed
 */
export async function startServer(
  environment: Environment,
  onFatal: (error: Error) => void,
): Promise<RunningServer> {
  const logger = createLogger({ level: environment.LOG_LEVEL, format: environment.LOG_FORMAT });
  Logger.overrideLogger(logger);
  const log = new Logger('Server');
  const database = await openDatabaseExclusively(environment, log, onFatal);
  try {
    const foundation = await layFoundation(environment, database, log);
    const adapters = await chooseAdapters(environment, foundation, log);
    // This process holds the instance: whoever left these behind is dead.
    await adapters.objectStorage.clearIncoming();
    await foundation.jobs.freeAllLeases();
    const app = await createApp(environment, foundation, adapters, logger);
    return await serve(app, environment, foundation, adapters, log);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function createApp(
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  logger: LoggerService,
): Promise<NestExpressApplication> {
  const module = AppModule.forRoot(environment, foundation, adapters);
  const app = await NestFactory.create<NestExpressApplication>(module, { logger });
  app.use(measureRequests(foundation.metrics));
  app.use(assignRequestId);
  harden(app, environment);
  app.useBodyParser('json', { limit: '1mb' });
  app.useGlobalFilters(new ProblemFilter());
  describeApi(app);
  return app;
}

function describeApi(app: INestApplication): void {
  const document = openApiDocument(ROUTES) as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs/openapi.json' });
}

async function serve(
  app: NestExpressApplication,
  environment: Environment,
  foundation: Foundation,
  adapters: Adapters,
  log: Logger,
): Promise<RunningServer> {
  const projections = app.get(ProjectionsRunner);
  const pipeline = app.get(PipelineRunner);
  await app.init();
  await projections.start();
  await pipeline.start();
  const { dataFolder } = foundation.database;
  // Which workspace a key belongs to: whoever comes first after an upgrade is not to be taken for a stranger.
  await projections.waitFor(['api-keys'], await foundation.store.head(), KEYS_PATIENCE_MS);
  const firstKey = await makeFirstKey(dataFolder, app.get(CommandBus), app.get(Workspaces), projections);
  await app.listen(environment.PORT, environment.HOST);
  const http: Server = app.getHttpServer();
  // An upload may take as long as it takes while bytes come; what stands still is ended.
  http.requestTimeout = 0;
  http.setTimeout(IDLE_MS);
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  const { port } = http.address() as AddressInfo;
  const url = `http://${environment.HOST.includes(':') ? `[${environment.HOST}]` : environment.HOST}:${port}`;
  if (firstKey) {
    // Not by the logger: logs are kept and sent around, this is shown once.
    process.stdout.write(
      `\nYour API key, shown this once (also kept in ${firstKey.file}):\n\n  ${firstKey.apiKey}\n\n`,
    );
  }
  // Last: who waits for this line has seen all that a start prints.
  announce(url, adapters, dataFolder, await describeIndex(app), log);
  return {
    url,
    close: async () => {
      await closeHttp(app, http, environment.SHUTDOWN_GRACE_SECONDS * 1_000);
      await pipeline.stop();
      await projections.stop();
      await foundation.close();
    },
  };
}

/** Takes no new request, lets those under way finish, and cuts what is left after `graceMs`. */
async function closeHttp(app: NestExpressApplication, http: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => http.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(timer);
}

/** What will search vectors: said at every start, because without FAISS a large archive is searched slowly. */
async function describeIndex(app: NestExpressApplication): Promise<string> {
  const generations = app.get(IndexGenerations);
  const deadline = Date.now() + INDEX_PATIENCE_MS;
  let index = (await generations.status())?.serving.index;
  while (!index && Date.now() < deadline) {
    await sleep(20);
    index = (await generations.status())?.serving.index;
  }
  if (!index) return 'is being opened';
  const why = index.faiss ? '' : ': FAISS is not on this machine (npm start builds it where libfaiss-dev is)';
  return `${index.engine}${why}`;
}

function announce(url: string, adapters: Adapters, dataFolder: string, index: string, log: Logger): void {
  const { speechToText, languageModel, embedder, reasons } = adapters;
  log.log(`Data in ${dataFolder}`);
  log.log(`Speech-to-text: ${speechToText.provider} ${speechToText.model} (${reasons.speechToText})`);
  log.log(`Reports: ${languageModel.provider} ${languageModel.model} (${reasons.languageModel})`);
  log.log(`Embeddings: ${embedder.identity.provider} ${embedder.identity.model} (${reasons.embedder})`);
  log.log(`Vector index: ${index}`);
  log.log(`Listening on ${url}, API described on ${url}/docs`);
}
