import { toPosition } from '../port/event-store';
import { someEvent } from '@test/event-store-contract/event-store-contract';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { cutConnections, onServer } from '@test/postgres/test-database';
import { defineEvent, deriveId, eventCatalogue } from '@voxpersona/domain';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolClient } from 'pg';
import { z } from 'zod';
import { EventCodec, NewEvent, Recorded } from '../codec/event-codec';
import { CHAIN_START, ChainEnd } from '../codec/hash-chain';
import { PostgresKeyRing } from '../key-ring/postgres-key-ring';
import { LogReader } from '../reader/log-reader';
import { CheckpointedConsumer } from './checkpointed-consumer';
import { CheckpointedRunner } from './checkpointed-runner';
import { ALONE } from './leadership';
import { waitForCheckpoints } from './wait-for-checkpoint';

const Counted = defineEvent('Counted', z.object({ n: z.number() }));
type CountedEvent = NewEvent & { type: 'Counted'; data: { n: number } };
const silent = { warn: () => undefined, error: () => undefined };

/** Writes every number that it sees; can be told to fail at one. */
class Numbers implements CheckpointedConsumer<CountedEvent> {
  readonly filter = { types: ['Counted'] };
  failAt: number | undefined;
  batches = 0;

  constructor(
    readonly name: string,
    readonly version = 1,
  ) {}

  async apply(events: readonly Recorded<CountedEvent>[], transaction: PoolClient): Promise<void> {
    this.batches += 1;
    for (const { data } of events) {
      if (data.n === this.failAt) throw new Error(`cannot handle ${data.n}`);
      await transaction.query('INSERT INTO numbers (consumer, n) VALUES ($1, $2)', [this.name, data.n]);
    }
  }

  async reset(transaction: PoolClient): Promise<void> {
    await transaction.query('DELETE FROM numbers WHERE consumer = $1', [this.name]);
  }
}

describe('A runner with a checkpoint', () => {
  let log: TestLog;
  let codec: EventCodec<CountedEvent>;
  let end: ChainEnd = CHAIN_START;
  const started: CheckpointedRunner<CountedEvent>[] = [];

  beforeAll(async () => {
    log = await createTestLog();
    // No key of this table: a double would be seen.
    await onServer(log.connectionString, 'CREATE TABLE numbers (consumer text, n integer)');
    const keys = new PostgresKeyRing(log.pool, randomBytes(32));
    codec = new EventCodec<CountedEvent>(eventCatalogue([Counted]), keys, (id, index) =>
      deriveId('event', id, index),
    );
    await count(1, 5);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((runner) => runner.stop()));
  });
  afterAll(() => log.close());

  async function count(from: number, to: number): Promise<void> {
    const events: CountedEvent[] = [];
    for (let n = from; n <= to; n += 1) events.push({ type: 'Counted', data: { n } });
    const actor = { kind: 'system' as const, id: 'test', owner: null };
    const context = { commandId: randomUUID(), correlationId: 'c', causationId: 'c', actor };
    const encoded = await codec.encode('numbers', end, events, context, new Date().toISOString());
    await log.store.append('numbers', encoded.events, end.revision < 0 ? 'no_stream' : end.revision);
    ({ end } = encoded);
  }

  function run(consumer: Numbers): CheckpointedRunner<CountedEvent> {
    const { pool, store } = log.openAgain();
    const runner = new CheckpointedRunner(new LogReader(store, codec), pool, consumer, ALONE, silent);
    started.push(runner);
    runner.start();
    return runner;
  }

  async function caughtUp(name: string): Promise<void> {
    const head = await log.store.head();
    expect(await waitForCheckpoints(log.pool, () => Promise.resolve([name]), head, 10_000)).toBe(true);
  }

  async function numbersOf(name: string): Promise<number[]> {
    const { rows } = await log.pool.query<{ n: number }>(
      'SELECT n FROM numbers WHERE consumer = $1 ORDER BY n',
      [name],
    );
    return rows.map((row) => row.n);
  }

  const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

  it('catches up in a batch, then follows, past events that it ignores', async () => {
    const consumer = new Numbers('follower');
    run(consumer);
    await caughtUp('follower');
    expect(consumer.batches).toBe(1);
    await count(6, 8);
    await log.store.append(`other-${randomUUID()}`, [someEvent()], 'no_stream');
    await caughtUp('follower');
    expect(await numbersOf('follower')).toEqual(upTo(8));
  });

  it('goes on from its checkpoint', async () => {
    const first = run(new Numbers('restarted'));
    await caughtUp('restarted');
    await first.stop();
    run(new Numbers('restarted'));
    await caughtUp('restarted');
    expect(await numbersOf('restarted')).toEqual(upTo(8));
  });

  it('of two that run at once each event counts once', async () => {
    run(new Numbers('twins'));
    run(new Numbers('twins'));
    for (let n = 9; n < 30; n += 1) await count(n, n);
    await caughtUp('twins');
    await sleep(100);
    expect(await numbersOf('twins')).toEqual(upTo(29));
  });

  it('halts visibly at an event of a type that this build does not know, and does not go past it', async () => {
    const consumer = new Numbers('older');
    Object.assign(consumer, { filter: { types: ['Counted', 'Sung'] } });
    const runner = run(consumer);
    await caughtUp('older');
    const position = runner.status.position;
    const sung = defineEvent('Sung', z.object({}));
    const keys = new PostgresKeyRing(log.pool, randomBytes(32));
    const newer = new EventCodec<NewEvent>(eventCatalogue([sung]), keys, (id, index) =>
      deriveId('event', id, index),
    );
    const context = {
      ...{ commandId: randomUUID(), correlationId: 'c', causationId: 'c' },
      actor: { kind: 'system' as const, id: 'test', owner: null },
    };
    const encoded = await newer.encode(
      'songs',
      CHAIN_START,
      [{ type: 'Sung', data: {} }],
      context,
      new Date().toISOString(),
    );
    await log.store.append('songs', encoded.events, 'no_stream');
    while (runner.status.state !== 'halted') await sleep(10);
    expect(runner.status).toMatchObject({
      reason: expect.stringContaining('does not know events of this type'),
      at: expect.stringMatching(/^Sung /),
    });
    expect(runner.status.position).toBe(position);
  });

  it('halts visibly at an event that it cannot handle, with all before it applied', async () => {
    const consumer = new Numbers('halting');
    consumer.failAt = 4;
    const runner = run(consumer);
    while (runner.status.state !== 'halted') await sleep(10);
    expect(runner.status).toMatchObject({
      reason: 'Error: cannot handle 4',
      at: expect.stringMatching(/^Counted /),
    });
    expect(await numbersOf('halting')).toEqual([1, 2, 3]);
    // A build that can handle it goes on at that very event.
    run(new Numbers('halting'));
    await caughtUp('halting');
    expect(await numbersOf('halting')).toEqual(upTo(29));
  });

  it('builds anew when its version is another', async () => {
    const old = run(new Numbers('versions', 1));
    await caughtUp('versions');
    await old.stop();
    await log.pool.query(`UPDATE numbers SET n = -n WHERE consumer = 'versions'`);
    run(new Numbers('versions', 2));
    // The old checkpoint is at the head: only the rows tell that they were built anew.
    while ((await numbersOf('versions'))[0] !== 1) await sleep(10);
    await caughtUp('versions');
    expect(await numbersOf('versions')).toEqual(upTo(29));
  });

  it('waits, and says so, where its checkpoint is ahead of the log', async () => {
    const first = run(new Numbers('ahead'));
    await caughtUp('ahead');
    await first.stop();
    const head = await log.store.head();
    await log.pool.query(`UPDATE checkpoints SET position = position + 1 WHERE name = 'ahead'`);
    const runner = run(new Numbers('ahead'));
    const state = (): string => runner.status.state;
    while (state() !== 'waiting') await sleep(10);
    expect(runner.status).toMatchObject({ reason: expect.stringMatching(/ahead of the log, which ends at/) });
    await log.pool.query(`UPDATE checkpoints SET position = $1 WHERE name = 'ahead'`, [head.toString()]);
    while (state() !== 'running') await sleep(10);
    await caughtUp('ahead');
  });

  it('waits for a database that went away, and doubles nothing', async () => {
    run(new Numbers('patient'));
    await caughtUp('patient');
    await cutConnections(log.connectionString);
    // This test's own connections were cut, too: until that is noticed they would be used.
    await sleep(500);
    await count(30, 40);
    await cutConnections(log.connectionString);
    await sleep(500);
    await caughtUp('patient');
    expect(await numbersOf('patient')).toEqual(upTo(40));
  });

  it('cannot move a checkpoint that another build has taken, and takes it again when it is its turn', async () => {
    const consumer = new Numbers('taken');
    const runner = run(consumer);
    await caughtUp('taken');
    await log.pool.query(`UPDATE checkpoints SET build = 7 WHERE name = 'taken'`);
    const { rows } = await log.pool.query<{ last: number }>('SELECT max(n) AS last FROM numbers');
    const last = rows[0]!.last;
    await count(last + 1, last + 1);
    while (runner.status.state !== 'waiting') await sleep(1);
    expect(await numbersOf('taken')).toEqual(upTo(last));
    await caughtUp('taken');
    expect(await numbersOf('taken')).toEqual(upTo(last + 1));
  });

  it('lets who waits too long go', async () => {
    expect(
      await waitForCheckpoints(log.pool, () => Promise.resolve(['patient']), toPosition('10000000'), 60),
    ).toBe(false);
    expect(await waitForCheckpoints(log.pool, () => Promise.resolve(['nobody']), toPosition('1'), 60)).toBe(
      false,
    );
  });
});
