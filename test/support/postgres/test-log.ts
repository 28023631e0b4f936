import {
  EVENT_LOG_MIGRATIONS,
  CHECKPOINT_MIGRATIONS,
  KEY_RING_MIGRATIONS,
  openAppendPool,
  PostgresEventStore,
} from '@voxpersona/event-store';
import { createPool, migrate, PostgresListener } from '@voxpersona/platform';
import { Pool } from 'pg';
import { createTestDatabase } from './test-database';

/** One process's way into a log: what a second process would open beside it. */
export interface OpenLog {
  pool: Pool;
  /** The store appends on it. */
  appendPool: Pool;
  listener: PostgresListener;
  store: PostgresEventStore;
  close(): Promise<void>;
}

export interface TestLog extends OpenLog {
  connectionString: string;
  /** Opens the same log once more, sharing nothing but the database. */
  openAgain(): OpenLog;
}

/** An empty log in a database of its own; closing it closes everything that was opened on it. */
export async function createTestLog(): Promise<TestLog> {
  const database = await createTestDatabase();
  const { connectionString } = database;
  const opened: OpenLog[] = [];
  const open = (): OpenLog => {
    const log = openLog(connectionString);
    opened.push(log);
    return log;
  };
  const first = open();
  await migrate(first.pool, [...EVENT_LOG_MIGRATIONS, ...KEY_RING_MIGRATIONS, ...CHECKPOINT_MIGRATIONS]);
  return {
    ...first,
    connectionString,
    openAgain: open,
    close: async () => {
      await Promise.all(opened.map((log) => log.close()));
      await database.drop();
    },
  };
}

function openLog(connectionString: string): OpenLog {
  const pool = createPool({
    connectionString,
    applicationName: 'test',
    max: 5,
    onIdleError: () => undefined,
  });
  const listener = new PostgresListener(connectionString, { warn: () => undefined });
  const appendPool = openAppendPool(pool);
  const store = new PostgresEventStore(pool, listener, { appendPool });
  return {
    pool,
    appendPool,
    listener,
    store,
    close: async () => {
      await listener.close();
      await store.close();
      await pool.end();
    },
  };
}
