import { readAllOf, someEvent } from '@test/event-store-contract/event-store-contract';
import { PostgresEventStore } from '@voxpersona/event-store';
import { createPool, PostgresListener } from '@voxpersona/platform';
import { Client, Pool } from 'pg';
import { CommitFault } from './commit-fault';
import { CommitProxy } from './commit-proxy';
import { createTestLog, TestLog } from './test-log';

const STREAM = 'proxied';

describe('The proxy in front of PostgreSQL', () => {
  let log: TestLog;
  let proxy: CommitProxy;
  let connectionString: string;
  let pool: Pool;
  let listener: PostgresListener;
  let store: PostgresEventStore;

  beforeEach(async () => {
    log = await createTestLog();
    proxy = new CommitProxy(log.connectionString);
    connectionString = await proxy.start();
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
    listener = new PostgresListener(connectionString, { warn: () => undefined });
    store = new PostgresEventStore(pool, listener);
  });
  afterEach(async () => {
    await listener.close();
    await store.close();
    await pool.end();
    proxy.stop();
    await log.close();
  });

  /** What a new connection is told; undefined when it is accepted. */
  async function refusal(): Promise<string | undefined> {
    const client = new Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function hitBy(fault: CommitFault): Promise<{ inTheLog: number; told: string | undefined }> {
    const outage = proxy.breakAt('Wanted', fault);
    // Of another type: not hit.
    await store.append(STREAM, [someEvent({ n: 0 }, 'Other')], 'no_stream');
    const appended = store.append(STREAM, [someEvent({ n: 1 }, 'Wanted')], 0).catch(() => 'failed');
    await outage.begun;
    expect(await appended).toBe('failed');
    const seen = { told: await refusal(), inTheLog: (await readAllOf(log.store, STREAM)).length };
    await outage.over;
    expect(await refusal()).toBeUndefined();
    return seen;
  }

  it('drops the answer to an append, and refuses connections for a while', async () => {
    expect(await hitBy({ commit: 'done', meanwhile: 'refused', ms: 300 })).toEqual({
      ...{ inTheLog: 2, told: 'ECONNREFUSED' },
    });
  });

  it('tells that the database is recovering', async () => {
    expect(await hitBy({ commit: 'done', meanwhile: 'recovering', ms: 300 })).toEqual({
      ...{ inTheLog: 2, told: '57P03' },
    });
    expect(await readAllOf(store, STREAM)).toHaveLength(2);
  });

  it('commits late, with the client gone', async () => {
    expect(await hitBy({ commit: 'late', meanwhile: 'refused', ms: 300 })).toMatchObject({ inTheLog: 1 });
    expect(await readAllOf(log.store, STREAM)).toHaveLength(2);
  });

  it('never commits, with the client gone', async () => {
    expect(await hitBy({ commit: 'never', meanwhile: 'refused', ms: 300 })).toMatchObject({ inTheLog: 1 });
    expect(await store.append(STREAM, [someEvent()], 0)).toMatchObject({ revision: 1 });
  });

  it('refuses an append, and breaks', async () => {
    expect(await hitBy({ commit: 'refused', meanwhile: 'refused', ms: 300 })).toMatchObject({ inTheLog: 1 });
    expect(await store.append(STREAM, [someEvent()], 0)).toMatchObject({ revision: 1 });
  });

  it('drops the answers to all appends for a while, those of repetitions too', async () => {
    const outage = proxy.breakAt('Wanted', { commit: 'done', meanwhile: 'unanswered', ms: 500 });
    const event = someEvent({}, 'Wanted');
    const append = () => store.append(STREAM, [event], 'no_stream');
    await expect(append()).rejects.toThrow();
    await expect(append()).rejects.toThrow();
    await outage.over;
    expect(await append()).toMatchObject({ revision: 0, repeated: true });
  });
});
