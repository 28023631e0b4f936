import { createTestLog, OpenLog, TestLog } from '@test/postgres/test-log';
import { defineEvent, deriveId, eventCatalogue } from '@voxpersona/domain';
import { SessionLocks } from '@voxpersona/platform';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolClient } from 'pg';
import { z } from 'zod';
import { EventCodec, NewEvent, Recorded } from '../codec/event-codec';
import { CHAIN_START, ChainEnd } from '../codec/hash-chain';
import { PostgresKeyRing } from '../key-ring/postgres-key-ring';
import { CheckpointedConsumer } from './checkpointed-consumer';
import { LogReader } from '../reader/log-reader';
import { CheckpointedRunner } from './checkpointed-runner';
import { readCheckpoint } from './checkpoints';
import { PostgresLeadership } from './leadership';
import { waitForCheckpoints } from './wait-for-checkpoint';

const Counted = defineEvent('Counted', z.object({ n: z.number() }));
type CountedEvent = NewEvent & { type: 'Counted'; data: { n: number } };
const silent = { warn: () => undefined, error: () => undefined };

/** Writes every number with the version that wrote it. */
class Numbers implements CheckpointedConsumer<CountedEvent> {
  readonly filter = { types: ['Counted'] };

  constructor(
    readonly name: string,
    readonly version: number,
  ) {}

  async apply(events: readonly Recorded<CountedEvent>[], transaction: PoolClient): Promise<void> {
    for (const { data } of events) {
      await transaction.query('INSERT INTO numbers VALUES ($1, $2, $3)', [this.name, this.version, data.n]);
    }
  }

  async reset(transaction: PoolClient): Promise<void> {
    await transaction.query('DELETE FROM numbers WHERE consumer = $1', [this.name]);
  }
}

/** What another process would have. */
interface Process {
  runner: CheckpointedRunner<CountedEvent>;
  end(): Promise<void>;
}

describe('Runners of several processes', () => {
  let log: TestLog;
  let end: ChainEnd = CHAIN_START;
  let total = 0;
  const processes: Process[] = [];

  beforeAll(async () => {
    log = await createTestLog();
    await log.pool.query('CREATE TABLE numbers (consumer text, version integer, n integer)');
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.end()));
  });
  afterAll(() => log.close());

  function codecOf(opened: OpenLog): EventCodec<CountedEvent> {
    const keys = new PostgresKeyRing(opened.pool, randomBytes(32));
    return new EventCodec(eventCatalogue([Counted]), keys, (id, index) => deriveId('event', id, index));
  }

  async function count(howMany: number): Promise<void> {
    const events: CountedEvent[] = Array.from({ length: howMany }, () => ({
      type: 'Counted',
      data: { n: (total += 1) },
    }));
    const actor = { kind: 'system' as const, id: 'test', owner: null };
    const context = { commandId: randomUUID(), correlationId: 'c', causationId: 'c', actor };
    const encoded = await codecOf(log).encode('numbers', end, events, context, new Date().toISOString());
    await log.store.append('numbers', encoded.events, end.revision < 0 ? 'no_stream' : end.revision);
    ({ end } = encoded);
  }

  function start(name: string, version = 1): Process {
    const opened = log.openAgain();
    const locks = new SessionLocks({ connectionString: log.connectionString, log: silent });
    const leadership = new PostgresLeadership(locks, opened.pool);
    const consumer = new Numbers(name, version);
    const runner = new CheckpointedRunner(
      new LogReader(opened.store, codecOf(opened)),
      opened.pool,
      consumer,
      leadership,
      silent,
    );
    let ended: Promise<void> | undefined;
    const process: Process = {
      runner,
      end: () => (ended ??= runner.stop().then(() => leadership.close())),
    };
    processes.push(process);
    runner.start();
    return process;
  }

  async function caughtUp(name: string): Promise<void> {
    expect(
      await waitForCheckpoints(log.pool, () => Promise.resolve([name]), await log.store.head(), 15_000),
    ).toBe(true);
  }

  async function numbersOf(name: string): Promise<{ n: number; version: number }[]> {
    const { rows } = await log.pool.query<{ n: number; version: number }>(
      'SELECT n, version FROM numbers WHERE consumer = $1 ORDER BY n',
      [name],
    );
    return rows;
  }

  const upTo = (n: number, version: number): object[] =>
    Array.from({ length: n }, (_, index) => ({ n: index + 1, version }));

  async function stateIs(process: Process, state: string): Promise<void> {
    while (process.runner.status.state !== state) await sleep(20);
  }

  it('one runs, the other stands by and takes over within 5 s', async () => {
    await count(5);
    const one = start('pair');
    await stateIs(one, 'running');
    const two = start('pair');
    await caughtUp('pair');
    await sleep(700);
    expect(two.runner.status.state).toBe('standby');
    await one.end();
    const endedAt = Date.now();
    await stateIs(two, 'running');
    expect(Date.now() - endedAt).toBeLessThan(5_000);
    await count(5);
    await caughtUp('pair');
    expect(await numbersOf('pair')).toEqual(upTo(total, 1));
  });

  it('a runner that was not stopped before leadership was closed waits, instead of asking on and on', async () => {
    const locks = new SessionLocks({ connectionString: log.connectionString, log: silent });
    const leadership = new PostgresLeadership(locks, log.pool);
    await leadership.close();
    const stopping = new AbortController();
    let isOver = false;
    const turn = leadership.lead('closed', 1, stopping.signal).finally(() => (isOver = true));
    await sleep(50);
    expect(isOver).toBe(false);
    stopping.abort();
    expect(await turn).toBeUndefined();
  });

  it('an older build leaves what a newer one built alone, as long as that one lives', async () => {
    const newer = start('rolling', 2);
    await stateIs(newer, 'running');
    const older = start('rolling', 1);
    await caughtUp('rolling');
    // The newer one only loses its turn: it stands by, and gets it back.
    await log.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'voxpersona locks%'`,
    );
    await count(5);
    await caughtUp('rolling');
    expect(await numbersOf('rolling')).toEqual(upTo(total, 2));
    // Gone back to the older build for good: it builds its own.
    await newer.end();
    await stateIs(older, 'running');
    await caughtUp('rolling');
    expect(await readCheckpoint(log.pool, 'rolling')).toMatchObject({ version: 1 });
    while ((await numbersOf('rolling')).some(({ version }) => version !== 1)) await sleep(20);
    expect(await numbersOf('rolling')).toEqual(upTo(total, 1));
  });
});
