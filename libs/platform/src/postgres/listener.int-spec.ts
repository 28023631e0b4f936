import { createTestDatabase, cutConnections, onServer, TestDatabase } from '@test/postgres/test-database';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresListener } from './listener';

describe('A listener', () => {
  let database: TestDatabase;
  let listener: PostgresListener;
  let calls: number;

  beforeEach(async () => {
    database = await createTestDatabase();
    listener = new PostgresListener(database.connectionString, { warn: () => undefined });
    calls = 0;
  });
  afterEach(async () => {
    await listener.close();
    await database.drop();
  });

  const called = (): void => {
    calls += 1;
  };
  const notify = (channel: string): Promise<void> => onServer(database.connectionString, `NOTIFY ${channel}`);
  async function untilCalled(times: number): Promise<void> {
    while (calls < times) await sleep(20);
    // No more often.
    await sleep(100);
    expect(calls).toBe(times);
  }

  it('calls when the database begins to listen, and after every notification', async () => {
    listener.subscribe('one', called);
    await untilCalled(1);
    await notify('one');
    await untilCalled(2);
    const unsubscribe = listener.subscribe('two', called);
    await untilCalled(3);
    await notify('two');
    await untilCalled(4);
    unsubscribe();
    await notify('two');
    await sleep(200);
    expect(calls).toBe(4);
  });

  it('listens again when its connection was lost, and calls, because something may have been missed', async () => {
    listener.subscribe('one', called);
    await untilCalled(1);
    await cutConnections(database.connectionString);
    await untilCalled(2);
    await notify('one');
    await untilCalled(3);
  });

  it('keeps nobody waiting while the database is away, and ends then', async () => {
    await database.drop();
    const unsubscribe = listener.subscribe('one', called);
    await sleep(500);
    unsubscribe();
    await listener.close();
    expect(calls).toBe(0);
  });
});
