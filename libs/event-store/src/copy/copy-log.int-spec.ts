import { wholeLog } from '@test/history/whole-log';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { randomUUID } from 'node:crypto';
import { eventHash, EventTampered } from '../codec/hash-chain';
import { openClient } from '../eventstoredb/client';
import { EventStoreDbEventStore } from '../eventstoredb/eventstoredb-event-store';
import { EventStore, EventToAppend } from '../port/event-store';
import { copyLog, LogsDiffer } from './copy-log';

describe('Copying a log', () => {
  let node: FakeEventStoreDb;
  let eventStoreDb: EventStoreDbEventStore;
  let postgres: TestLog;

  beforeEach(async () => {
    node = new FakeEventStoreDb();
    eventStoreDb = new EventStoreDbEventStore(openClient(await node.start()));
    postgres = await createTestLog();
  });
  afterEach(async () => {
    await eventStoreDb.close();
    node.stop();
    await postgres.close();
  });

  function event(stream: string, revision: number, n: number): EventToAppend {
    const plain = {
      id: randomUUID(),
      type: 'SomethingHappened',
      data: { n },
      metadata: { commandId: randomUUID() },
    };
    return { ...plain, metadata: { ...plain.metadata, hash: eventHash(stream, revision, plain) } };
  }

  /** Streams that grow by turns, now and then by several events at once. */
  async function fill(store: EventStore, count: number): Promise<void> {
    const streams = Array.from({ length: 7 }, () => `recording-${randomUUID()}`);
    const revisions = new Map<string, number>();
    for (let n = 0; n < count;) {
      const stream = streams[(n * 5) % streams.length] ?? '';
      const at = revisions.get(stream) ?? -1;
      const events = Array.from({ length: (n % 3) + 1 }, (_, index) =>
        event(stream, at + 1 + index, n + index),
      );
      await store.append(stream, events, at < 0 ? 'no_stream' : at);
      revisions.set(stream, at + events.length);
      n += events.length;
    }
  }

  it('keeps ids, revisions, hashes and the global order, there and back', async () => {
    await fill(postgres.store, 300);
    const { events, copied } = await copyLog(postgres.store, eventStoreDb);
    const source = await wholeLog(postgres.store);
    expect({ events, copied }).toEqual({ events: source.length, copied: source.length });
    expect(await wholeLog(eventStoreDb)).toEqual(source);
    const other = await createTestLog();
    await copyLog(eventStoreDb, other.store);
    expect(await wholeLog(other.store)).toEqual(source);
    await other.close();
  });

  it('goes on where it was interrupted, over a node that breaks off', async () => {
    await fill(postgres.store, 300);
    node.failEvery(9, 'cut_after', 'cut_before');
    for (const until of [70, 150]) {
      const interrupt = new AbortController();
      const onProgress = ({ phase, events }: { phase: string; events: number }): void => {
        if (phase === 'copying' && events >= until) interrupt.abort(new Error('interrupted'));
      };
      const interrupted = copyLog(postgres.store, eventStoreDb, { onProgress, signal: interrupt.signal });
      await expect(interrupted).rejects.toThrow('interrupted');
    }
    const { events, copied } = await copyLog(postgres.store, eventStoreDb);
    expect(copied).toBeLessThan(events - 200);
    expect(await wholeLog(eventStoreDb)).toEqual(await wholeLog(postgres.store));
    expect(await copyLog(postgres.store, eventStoreDb)).toEqual({ events, copied: 0 });
  });

  it('refuses a target that holds something else', async () => {
    await fill(postgres.store, 10);
    await fill(eventStoreDb, 3);
    await expect(copyLog(postgres.store, eventStoreDb)).rejects.toBeInstanceOf(LogsDiffer);
  });

  it('copies no event whose hash does not hold', async () => {
    await fill(postgres.store, 20);
    await postgres.pool.query(`UPDATE events SET data = '{"n": 999}' WHERE position = 12`);
    await expect(copyLog(postgres.store, eventStoreDb)).rejects.toBeInstanceOf(EventTampered);
    expect((await wholeLog(eventStoreDb)).length).toBeLessThan(12);
  });
});
