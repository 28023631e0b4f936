import { PostgresEventStore } from '@voxpersona/event-store';
import { createPool, PostgresListener } from '@voxpersona/platform';
import { CommitFault } from '../postgres/commit-fault';
import { CommitProxy } from '../postgres/commit-proxy';
import { createTestDatabase } from '../postgres/test-database';
import { serverWithFakes } from '../server/with-fakes';
import { FaultyWorld, LoggedEvent, OUTCOME_ENV } from './outcome-world';

export const LOGGED_EVENTS = 'SELECT stream, revision::int, id, type, data FROM events ORDER BY position';

/** Opens a server with its log in PostgreSQL, behind a proxy that drops the answers to appends. */
export async function openPostgresWorld(): Promise<FaultyWorld<CommitFault>> {
  const database = await createTestDatabase();
  const { connectionString } = database;
  const proxy = new CommitProxy(connectionString);
  const fakes = await serverWithFakes({ env: { ...OUTCOME_ENV, DATABASE_URL: await proxy.start() } });
  const pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
  const listener = new PostgresListener(connectionString, { warn: () => undefined });
  const store = new PostgresEventStore(pool, listener);
  return {
    fakes,
    breakAt: (type, fault) => proxy.breakAt(type, fault),
    withStore: (use) => use(store),
    log: async () => (await pool.query<LoggedEvent>(LOGGED_EVENTS)).rows,
    close: async () => {
      await fakes.close();
      proxy.stop();
      await listener.close();
      await store.close();
      await pool.end();
      await database.drop();
    },
  };
}
