import { account, accountActors, accountContext } from '@test/domain/account';
import {
  describeEventStoreContract,
  readAllOf,
  someEvent,
} from '@test/event-store-contract/event-store-contract';
import { describeOutcomeContract, FaultyStore } from '@test/event-store-contract/outcome-contract';
import { breakCommits } from '@test/postgres/faulty-commits';
import { cutConnections, onServer } from '@test/postgres/test-database';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';
import { CHAIN_START, followChain, verifyHash } from '../codec/hash-chain';
import { ClockAhead, DuplicateEventId, EventStoreUnavailable, EventTooLarge } from '../port/errors';
import { EventToAppend, START } from '../port/event-store';
import { PostgresEventStore } from './postgres-event-store';

let log: TestLog;

beforeAll(async () => {
  log = await createTestLog();
});

afterAll(() => log.close());

describeEventStoreContract('The PostgreSQL event store', () => log.store);

describe('Lost answers', () => {
  let faulty: FaultyStore;
  beforeAll(() => {
    const { appendPool, store } = log.openAgain();
    const writeMeanwhile: FaultyStore['writeMeanwhile'] = (stream, event) =>
      log.store.append(stream, [event], 'no_stream');
    faulty = { store, other: log.store, writeMeanwhile, ...breakCommits(appendPool) };
  });
  describeOutcomeContract('The PostgreSQL event store', () => faulty);
});

describe('The PostgreSQL event store', () => {
  const stream = (): string => `own-${randomUUID()}`;

  it('lets concurrent appends share transactions', async () => {
    const before = log.store.committedBatches;
    await Promise.all(
      Array.from({ length: 64 }, () => log.store.append(stream(), [someEvent()], 'no_stream')),
    );
    expect(log.store.committedBatches - before).toBeLessThan(16);
  });

  it('shows a reader no gap while several processes write', async () => {
    const writers = [log.store, log.openAgain().store, log.openAgain().store];
    const reader = log.openAgain().store;
    const after = await reader.head();
    const total = 300;
    const written = { all: false };
    const writing = Promise.all(
      Array.from({ length: total }, (_, n) =>
        writers[n % 3]!.append(stream(), [someEvent({ n })], 'no_stream'),
      ),
    ).finally(() => (written.all = true));
    const paged: bigint[] = [];
    let position = after;
    while (!written.all || paged.length < total) {
      const page = await reader.readAll({ after: position, limit: 7 });
      paged.push(...page.events.map((event) => event.position));
      ({ position } = page);
    }
    await writing;
    expect(paged).toEqual(Array.from({ length: total }, (_, n) => after + BigInt(n) + 1n));
  });

  it('is not stalled by a transaction that somebody else leaves open', async () => {
    const client = new Client({ connectionString: log.connectionString });
    await client.connect();
    await client.query(
      'BEGIN; CREATE TEMPORARY TABLE left_open (n integer); INSERT INTO left_open VALUES (1)',
    );
    const target = stream();
    const { position } = await log.store.append(target, [someEvent()], 'no_stream');
    const page = await log.openAgain().store.readAll({ from: position });
    expect(page.events.map((event) => event.stream)).toEqual([target]);
    await client.end();
  });

  it('refuses an id that is taken elsewhere, and only that append of its batch', async () => {
    const taken = someEvent();
    await log.store.append(stream(), [taken], 'no_stream');
    const results = await Promise.allSettled([
      log.store.append(stream(), [someEvent()], 'no_stream'),
      log.store.append(stream(), [taken], 'no_stream'),
      log.store.append(stream(), [someEvent()], 'no_stream'),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: expect.any(DuplicateEventId) });
  });

  it('judges each append of a batch by itself: accepted, repeated, refused', async () => {
    const [fresh, repeated, wrong, behind] = [stream(), stream(), stream(), stream()];
    const before = [someEvent({ n: 1 }), someEvent({ n: 2 })];
    await log.store.append(repeated, before, 'no_stream');
    const { position } = await log.store.append(behind, [someEvent()], 'no_stream');
    const results = await Promise.allSettled([
      log.store.append(repeated, before, 'no_stream'),
      log.store.append(fresh, [someEvent(), someEvent()], 'no_stream'),
      log.store.append(wrong, [someEvent()], 3),
      log.store.append(behind, [someEvent()], 0),
    ]);
    expect(results).toMatchObject([
      { value: { revision: 1, position: position - 1n, repeated: true } },
      { value: { revision: 1, position: position + 2n, repeated: false } },
      { reason: { name: 'WrongExpectedRevision', actual: 'no_stream' } },
      { value: { revision: 1, position: position + 3n, repeated: false } },
    ]);
    expect((await log.store.readAll({ after: position })).events).toMatchObject([
      { stream: fresh, revision: 0 },
      { stream: fresh, revision: 1 },
      { stream: behind, revision: 1 },
    ]);
  });

  it('gives up waiting for the lock of the log, and has written nothing', async () => {
    const holder = new Client({ connectionString: log.connectionString });
    await holder.connect();
    // As a process of an earlier build does that was stopped in the middle of a batch.
    await holder.query('BEGIN; SELECT pg_advisory_xact_lock(7106407)');
    const target = stream();
    const events = [someEvent()];
    await expect(log.store.append(target, events, 'no_stream')).rejects.toThrow(EventStoreUnavailable);
    await holder.end();
    expect(await log.store.append(target, events, 'no_stream')).toMatchObject({ repeated: false });
  });

  it('appends while every connection of the common pool is in use', async () => {
    const { pool, store } = log.openAgain();
    const held = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
    expect(await store.append(stream(), [someEvent()], 'no_stream')).toMatchObject({ revision: 0 });
    for (const client of held) client.release();
  });

  it('appends in sessions that no lost client can keep', async () => {
    const client = await log.openAgain().appendPool.connect();
    const limits = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
    const { rows } = await client.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name = ANY ($1) OR name LIKE $2',
      [limits, 'tcp_%'],
    );
    client.release();
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]))).toEqual({
      lock_timeout: 4_000,
      statement_timeout: 8_000,
      idle_in_transaction_session_timeout: 60_000,
      tcp_keepalives_idle: 10,
      tcp_keepalives_interval: 5,
      tcp_keepalives_count: 3,
      tcp_user_timeout: 15_000,
    });
  });

  it('refuses an event over its limit before writing anything', async () => {
    const small = new PostgresEventStore(log.pool, log.listener, { maxEventBytes: 100 });
    await expect(
      small.append(stream(), [someEvent({ text: 'x'.repeat(200) })], 'no_stream'),
    ).rejects.toBeInstanceOf(EventTooLarge);
  });

  describe('A clock that is ahead', () => {
    const stamped = (aheadMs: number): EventToAppend => {
      const event = someEvent();
      const recordedAt = new Date(Date.now() + aheadMs).toISOString();
      return { ...event, metadata: { ...event.metadata, recordedAt } };
    };

    it('is refused beyond a minute, with the time of the database; its neighbours are not concerned', async () => {
      const target = stream();
      const results = await Promise.allSettled([
        log.store.append(stream(), [stamped(30_000)], 'no_stream'),
        log.store.append(target, [stamped(0), stamped(120_000)], 'no_stream'),
        log.store.append(stream(), [stamped(-3_600_000)], 'no_stream'),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      const { reason } = results[1] as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(ClockAhead);
      expect(Math.abs(Date.parse((reason as ClockAhead).storeTime) - Date.now())).toBeLessThan(30_000);
      expect(await readAllOf(log.store, target)).toEqual([]);
    });

    it('does not hide a repetition', async () => {
      const target = stream();
      const event = stamped(120_000);
      // By an earlier build, which did not look.
      await log.pool.query('INSERT INTO events SELECT max(position) + 1, $1, 0, $2, $3, $4, $5 FROM events', [
        target,
        event.id,
        event.type,
        event.data,
        event.metadata,
      ]);
      expect(await log.store.append(target, [event], 'no_stream')).toMatchObject({ repeated: true });
    });

    it('is corrected by actors: they stamp and hash again', async () => {
      const clock = (): string => new Date(Date.now() + 3_600_000).toISOString();
      const actors = accountActors(log.store, { clock });
      const id = randomUUID();
      for (const amount of [5, 7])
        await actors.ask(account, id, { type: 'Deposit', amount }, accountContext());
      const events = await readAllOf(log.store, `account-${id}`);
      expect(events).toHaveLength(2);
      let end = CHAIN_START;
      for (const event of events) {
        verifyHash(event);
        end = followChain(end, event);
        expect(Date.parse(event.metadata.recordedAt as string)).toBeLessThan(Date.now() + 60_000);
      }
    });
  });

  it('is not ready while an append waits for too long', async () => {
    const connect = (): Promise<never> => new Promise(() => undefined);
    const appendPool = { connect } as unknown as Pool;
    const stuck = new PostgresEventStore(log.pool, log.listener, { appendPool });
    await stuck.check();
    const appending = stuck.append(stream(), [someEvent()], 'no_stream');
    await stuck.check();
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 11_000);
    await expect(stuck.check()).rejects.toThrow('An append has been waiting for 11 s');
    now.mockRestore();
    void appending;
  });

  it('survives the loss of its connections: every append ends once, by a repetition if need be', async () => {
    const own = log.openAgain().store;
    const targets = Array.from({ length: 40 }, stream);
    const appendUntilDone = async (target: string): Promise<void> => {
      const events = [someEvent()];
      for (;;) {
        try {
          await own.append(target, events, 'no_stream');
          return;
        } catch (error) {
          expect(error).toMatchObject({
            name: expect.stringMatching(/EventStoreUnavailable|AppendOutcomeUnknown/),
          });
        }
      }
    };
    const all = Promise.all(
      targets.map(async (target, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 5));
        await appendUntilDone(target);
      }),
    );
    for (let cut = 0; cut < 5; cut += 1) {
      await cutConnections(log.connectionString);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await all;
    for (const target of targets) expect(await readAllOf(own, target)).toHaveLength(1);
  });

  it('goes on with a subscription after its connections were lost, without a gap or a double', async () => {
    const own = log.openAgain();
    const target = stream();
    const seen: unknown[] = [];
    const filter = { streamPrefixes: [target] };
    const following = (async () => {
      for await (const item of own.store.subscribe({ after: START, filter })) {
        if (item.kind === 'event') seen.push(item.event.data.n);
        if (seen.length === 20) return;
      }
    })();
    for (let n = 0; n < 20; n += 1) {
      if (n % 5 === 2) await cutConnections(log.connectionString);
      for (;;) {
        const event = someEvent({ n });
        try {
          await log.store.append(target, [event], n === 0 ? 'no_stream' : n - 1);
          break;
        } catch (error) {
          // Cut while unclear: look whether it is there.
          if ((error as Error).name === 'WrongExpectedRevision') break;
        }
      }
    }
    await following;
    expect(seen).toEqual([...Array(20).keys()]);
  });

  it('gives a log one identity for ever', async () => {
    expect(await log.openAgain().store.logId()).toBe(await log.store.logId());
    await expect(onServer(log.connectionString, 'SELECT 1')).resolves.toBeUndefined();
  });
});
