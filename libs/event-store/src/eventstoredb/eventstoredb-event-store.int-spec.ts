import {
  describeEventStoreContract,
  readAllOf,
  someEvent,
  take,
} from '@test/event-store-contract/event-store-contract';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { randomUUID } from 'node:crypto';
import { AppendOutcomeUnknown, EventStoreUnavailable, EventTooLarge } from '../port/errors';
import { openClient } from './client';
import { EventStoreDbEventStore } from './eventstoredb-event-store';
import { EventStoreAccessDenied } from './failures';

/** A real node where one is named, else the fake. */
const realNode = process.env.EVENTSTORE_URL;
const fake = new FakeEventStoreDb();
let url: string;
let store: EventStoreDbEventStore;

beforeAll(async () => {
  url = realNode ?? (await fake.start());
  store = new EventStoreDbEventStore(openClient(url));
});

afterAll(async () => {
  await store.close();
  fake.stop();
});

describeEventStoreContract(realNode ? 'EventStoreDB' : 'EventStoreDB (a fake node)', () => store);

(realNode ? describe.skip : describe)('The EventStoreDB event store', () => {
  const stream = (): string => `own-${randomUUID()}`;

  it('has an identity, which another client sees too', async () => {
    const other = new EventStoreDbEventStore(openClient(url));
    expect(await other.logId()).toBe(await store.logId());
    await other.close();
  });

  it.each(['cut_before', 'cut_after'] as const)(
    'sends an append again after %s, without a double',
    async (fault) => {
      const target = stream();
      const events = [someEvent({ n: 1 }), someEvent({ n: 2 })];
      fake.failNext(fault);
      await expect(store.append(target, events, 'no_stream')).rejects.toBeInstanceOf(AppendOutcomeUnknown);
      const result = await store.append(target, events, 'no_stream');
      expect(result).toMatchObject({ revision: 1, repeated: fault === 'cut_after' });
      const read = await readAllOf(store, target);
      expect(read.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      expect(read.at(-1)?.position).toBe(result.position);
    },
  );

  it('tells what the node says no to', async () => {
    fake.failNext('too_large');
    await expect(store.append(stream(), [someEvent()], 'no_stream')).rejects.toBeInstanceOf(EventTooLarge);
    fake.failNext('access_denied');
    await expect(store.append(stream(), [someEvent()], 'no_stream')).rejects.toBeInstanceOf(
      EventStoreAccessDenied,
    );
  });

  it('goes on after drops of its subscription without a gap or a double', async () => {
    const target = stream();
    const seen: unknown[] = [];
    const all = (async () => {
      for await (const item of store.subscribe({ filter: { streamPrefixes: [target] } })) {
        if (item.kind === 'event') seen.push(item.event.data.n);
        if (seen.length === 30) return;
      }
    })();
    for (let n = 0; n < 30; n += 1) {
      await store.append(target, [someEvent({ n })], n === 0 ? 'no_stream' : n - 1);
      if (n % 7 === 3) fake.cutSubscriptions();
    }
    await all;
    expect(seen).toEqual([...Array(30).keys()]);
  });

  it('is unavailable while the node is away, and comes back with it', async () => {
    const target = stream();
    await store.append(target, [someEvent({ n: 1 })], 'no_stream');
    fake.stop();
    await expect(store.check()).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(store.append(target, [someEvent({ n: 2 })], 0)).rejects.toThrow();
    const following = take(store, { filter: { streamPrefixes: [target] } }, (items) =>
      items.includes('caughtUp'),
    );
    await fake.start();
    expect((await following).filter((item) => item !== 'checkpoint')).toEqual(['event 1', 'caughtUp']);
    await store.append(target, [someEvent({ n: 3 })], 0);
    expect(await readAllOf(store, target)).toHaveLength(2);
  }, 30_000);

  it('passes over what the node and the log keep for themselves', async () => {
    const page = await store.readAll({});
    expect(page.events.every((event) => !event.stream.startsWith('$'))).toBe(true);
    expect(page.events.some((event) => event.stream.startsWith('voxpersona'))).toBe(false);
  });
});
