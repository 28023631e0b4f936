import { deriveId, DOMAIN_EVENTS, DomainEvent, RecordingErasureCompleted } from '@voxpersona/domain';
import {
  Actors,
  CHECKPOINT_MIGRATIONS,
  EVENT_LOG_MIGRATIONS,
  EventCodec,
  EventFilter,
  EventStore,
  KEY_RING_MIGRATIONS,
  KeyRing,
  Leadership,
  LogReader,
  PostgresKeyRing,
  PostgresLeadership,
  SEALED_EVENTS_MIGRATIONS,
  SealSigner,
} from '@voxpersona/event-store';
import {
  API_KEY_USE_MIGRATIONS,
  ApiKeyUses,
  IDEMPOTENCY_MIGRATIONS,
  IdempotentRequests,
  IssuedSecrets,
  JOB_MIGRATIONS,
  JobQueue,
  PROVIDER_KEY_MIGRATIONS,
  RESULT_STORE_MIGRATIONS,
  ResultStore,
  VECTOR_REPAIR_MIGRATIONS,
} from '@voxpersona/pipeline';
import {
  createPool,
  deriveKey,
  Environment,
  loadMasterKey,
  migrate,
  PostgresListener,
  Presence,
  SessionLocks,
  withPatience,
} from '@voxpersona/platform';
import { ERASING_EVENTS, PROJECTION_MIGRATIONS } from '@voxpersona/projections';
import { TELEGRAM_MIGRATIONS } from '@voxpersona/telegram';
import { VECTOR_STORE_MIGRATIONS, VectorStore } from '@voxpersona/vector-store';
import { Pool } from 'pg';
import { Registry } from 'prom-client';
import { Database } from './database';
import { BoundEventStore } from './event-log/bound-event-store';
import { bindLog, checkMasterKey, INSTALLATION_MIGRATIONS } from './event-log/installation';
import { openEventStore } from './event-log/open-event-store';
import { CompositionLog } from './log';
import { MeasuredEventStore } from './metrics/measured-event-store';

/** What every process stands on: the log, the keys, the actors, and the tables beside them. */
export interface Foundation {
  database: Database;
  pool: Pool;
  listener: PostgresListener;
  keyRing: KeyRing;
  store: EventStore;
  /** Where the log is kept, for people. */
  logPlace: string;
  leadership: Leadership;
  codec: EventCodec<DomainEvent>;
  /** Reads the log once for everything in this process. */
  reader: LogReader<DomainEvent>;
  actors: Actors<DomainEvent>;
  jobs: JobQueue;
  results: ResultStore;
  vectors: VectorStore;
  apiKeyUses: ApiKeyUses;
  idempotentRequests: IdempotentRequests;
  /** API keys, invitations and links are derived by it. */
  issuedSecrets: IssuedSecrets;
  /** Updates of Telegram are sealed under it while they wait. */
  telegramUpdateKey: Buffer;
  /** What ids of chats and accounts are made with. */
  telegramIdSecret: string;
  /** Buttons of the bot, and calls of Telegram to us, are signed by it. */
  telegramSigningKey: Buffer;
  /** Snapshots of vector indexes are sealed under it. */
  snapshotKey: Buffer;
  /** Seals the log; its key is derived from the master key. */
  sealSigner: SealSigner;
  /** Everything that this process measures of itself. */
  metrics: Registry;
  close(): Promise<void>;
}

/** Every change of the tables, of all libraries. */
export const MIGRATIONS = [
  ...EVENT_LOG_MIGRATIONS,
  ...SEALED_EVENTS_MIGRATIONS,
  ...KEY_RING_MIGRATIONS,
  ...CHECKPOINT_MIGRATIONS,
  ...JOB_MIGRATIONS,
  ...RESULT_STORE_MIGRATIONS,
  ...PROVIDER_KEY_MIGRATIONS,
  ...API_KEY_USE_MIGRATIONS,
  ...IDEMPOTENCY_MIGRATIONS,
  ...INSTALLATION_MIGRATIONS,
  ...VECTOR_STORE_MIGRATIONS,
  ...VECTOR_REPAIR_MIGRATIONS,
  ...PROJECTION_MIGRATIONS,
  ...TELEGRAM_MIGRATIONS,
];

/** What was decrypted before one of these must not stay in memory. */
const FORGETTING_EVENTS: EventFilter = {
  types: [...(ERASING_EVENTS.types ?? []), RecordingErasureCompleted.type],
};

/** Queries still running get so long to finish before the database is closed. */
const POOL_END_MS = 500;

/** Id of an event: of its command, and of its place among the events of that command. */
export function eventIdOf(commandId: string, index: number): string {
  return deriveId('event', commandId, index);
}

/**
 * Builds the foundation on an open database; closing it closes the database too. A failure leaves nothing open.
 *
 * @param connections to the database at most
 */
export async function layFoundation(
  environment: Environment,
  database: Database,
  log: CompositionLog,
  connections = environment.DATABASE_CONNECTIONS,
): Promise<Foundation> {
  const { connectionString, dataFolder } = database;
  const pool = createPool({
    connectionString,
    max: connections,
    applicationName: `voxpersona, pid ${process.pid}`,
    onIdleError: (error) => log.warn(`A database connection was lost: ${error.message}`),
  });
  const masterKey = loadMasterKey(dataFolder, environment.VOXPERSONA_MASTER_KEY);
  const keyRing = new PostgresKeyRing(pool, masterKey);
  try {
    const applied = await migrate(pool, MIGRATIONS);
    if (applied.length > 0) log.log(`Tables brought up to date: ${applied.join(', ')}`);
    await checkMasterKey(pool, masterKey, keyRing);
  } catch (error) {
    // A start that waits for its database comes here again.
    void closePool(pool);
    throw error;
  }
  const listener = new PostgresListener(connectionString, log);
  const metrics = new Registry();
  const opened = openEventStore(environment.EVENT_STORE, environment, pool, listener);
  const bound = new BoundEventStore(opened.store, (logId) => bindLog(pool, opened.kind, logId));
  const store = new MeasuredEventStore(bound, metrics);
  const locks = new SessionLocks({ connectionString, log });
  const leadership = new PostgresLeadership(locks, pool);
  const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keyRing, eventIdOf);
  const answersKey = deriveKey(masterKey, 'idempotent answers');
  const idempotentRequests = new IdempotentRequests(pool, answersKey, new Presence(locks));
  return {
    database,
    pool,
    listener,
    keyRing,
    store,
    logPlace: opened.place,
    leadership,
    codec,
    reader: new LogReader(store, codec, { erasing: FORGETTING_EVENTS }),
    actors: new Actors(store, codec),
    jobs: new JobQueue(pool),
    results: new ResultStore(pool, keyRing),
    vectors: new VectorStore(pool, keyRing),
    apiKeyUses: new ApiKeyUses(pool),
    idempotentRequests,
    issuedSecrets: new IssuedSecrets(deriveKey(masterKey, 'issued secrets')),
    telegramUpdateKey: deriveKey(masterKey, 'telegram updates'),
    telegramIdSecret: deriveKey(masterKey, 'telegram ids').toString('hex'),
    telegramSigningKey: deriveKey(masterKey, 'telegram buttons'),
    snapshotKey: deriveKey(masterKey, 'vector-index snapshot'),
    sealSigner: new SealSigner(deriveKey(masterKey, 'log seal')),
    metrics,
    close: async () => {
      idempotentRequests.close();
      await Promise.all([leadership.close(), opened.close(), listener.close()]);
      await closePool(pool);
      await database.close();
    },
  };
}

/** Ends the connections. One whose query is never answered ends with the process. */
function closePool(pool: Pool): Promise<void> {
  return withPatience(pool.end(), POOL_END_MS);
}
