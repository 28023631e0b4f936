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
import { Client } from 'pg';
import { DuplicateEventId, EventTooLarge } from '../port/errors';
import { START } from '../port/event-store';
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
    const { pool, store } = log.openAgain();
    const writeMeanwhile: FaultyStore['writeMeanwhile'] = (stream, event) =>
      log.store.append(stream, [event], 'no_stream');
    faulty = { store, other: log.store, writeMeanwhile, ...breakCommits(pool) };
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

  it('refuses an event over its limit before writing anything', async () => {
    const small = new PostgresEventStore(log.pool, log.listener, { maxEventBytes: 100 });
    await expect(
      small.append(stream(), [someEvent({ text: 'x'.repeat(200) })], 'no_stream'),
    ).rejects.toBeInstanceOf(EventTooLarge);
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
