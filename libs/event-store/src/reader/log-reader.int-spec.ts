import { someEvent } from '@test/event-store-contract/event-store-contract';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { randomUUID } from 'node:crypto';
import { EventCodec, NewEvent } from '../codec/event-codec';
import { EventStoreUnavailable } from '../port/errors';
import { EventStore, ReadAllOptions, StoredEvent, SubscribeOptions } from '../port/event-store';
import { LogReader, ReaderItem } from './log-reader';

/** Counts what is asked of a store, and can be told to fail. */
class CountingStore {
  pages = 0;
  subscriptions = 0;
  failWith: Error | undefined;

  constructor(private readonly inner: EventStore) {}

  logId = (): Promise<string> => this.inner.logId();
  head = (): ReturnType<EventStore['head']> => this.inner.head();
  readAll = (options?: ReadAllOptions): ReturnType<EventStore['readAll']> => {
    this.pages += 1;
    return this.inner.readAll(options);
  };
  async *subscribe(options?: SubscribeOptions): ReturnType<EventStore['subscribe']> & AsyncGenerator {
    this.subscriptions += 1;
    for await (const item of this.inner.subscribe(options)) {
      if (this.failWith) throw this.failWith;
      yield item;
    }
  }
}

describe('The reader of a process', () => {
  let log: TestLog;
  let store: CountingStore;
  let decoded: string[];
  let reader: LogReader<NewEvent>;
  const ends: AbortController[] = [];

  beforeAll(async () => {
    log = await createTestLog();
    for (let n = 0; n < 20; n += 1) await append();
  });
  beforeEach(() => {
    store = new CountingStore(log.store);
    decoded = [];
    reader = makeReader({ events: 1_000, bytes: 1_000_000 });
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end.abort();
  });
  afterAll(() => log.close());

  function makeReader(limits: { events: number; bytes: number }): LogReader<NewEvent> {
    const codec = {
      decode: (stored: StoredEvent) => {
        decoded.push(stored.id);
        return Promise.resolve({ known: true, event: { type: stored.type, data: stored.data } });
      },
    } as unknown as EventCodec<NewEvent>;
    return new LogReader(store as unknown as EventStore, codec, { limits, erasing: { types: ['Erased'] } });
  }

  async function append(type = 'Counted', stream = `numbers-${randomUUID()}`): Promise<string> {
    const event = { ...someEvent(), type };
    await log.store.append(stream, [event], 'no_stream');
    return event.id;
  }

  /** Collects what a subscriber is given, until `isEnough`. */
  async function collect(
    options: SubscribeOptions,
    isEnough: (ids: string[], item: ReaderItem<NewEvent>) => boolean,
  ): Promise<string[]> {
    const end = new AbortController();
    ends.push(end);
    const ids: string[] = [];
    for await (const item of reader.subscribe({ ...options, signal: end.signal })) {
      if (item.kind === 'event') {
        await item.event.decode();
        ids.push(item.event.stored.id);
      }
      if (isEnough(ids, item)) break;
    }
    return ids;
  }

  const all = async (): Promise<string[]> =>
    (await log.store.readAll({ limit: 100_000 })).events.map(({ id }) => id);

  it('gives what is there and then what comes, in order, without a gap or a double', async () => {
    const before = await all();
    const collected = collect({}, (ids) => ids.length === before.length + 30);
    for (let n = 0; n < 30; n += 1) await append();
    expect(await collected).toEqual(await all());
  });

  it('reads each new event once, however many subscribe, and decodes it once', async () => {
    const after = await log.store.head();
    const collected = Array.from({ length: 10 }, () => collect({ after }, (ids) => ids.length === 5));
    const appended: string[] = [];
    for (let n = 0; n < 5; n += 1) appended.push(await append());
    for (const ids of await Promise.all(collected)) expect(ids).toEqual(appended);
    expect(store.subscriptions).toBe(1);
    expect(store.pages).toBe(0);
    expect(decoded).toEqual(appended);
  });

  it('lets whoever falls behind the tail read the log, and meets the tail again', async () => {
    reader = makeReader({ events: 3, bytes: 1_000_000 });
    const after = await log.store.head();
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    const ids: string[] = [];
    const end = new AbortController();
    const slow = (async () => {
      for await (const item of reader.subscribe({ after, signal: end.signal })) {
        if (item.kind !== 'event') continue;
        if (ids.length === 0) await held;
        ids.push(item.event.stored.id);
        if (ids.length === 21) break;
      }
    })();
    const first = await append();
    const quick = collect({ after }, (seen) => seen.length === 20);
    const rest: string[] = [];
    for (let n = 0; n < 19; n += 1) rest.push(await append());
    await quick;
    go();
    rest.push(await append());
    await slow;
    expect(ids).toEqual([first, ...rest]);
    expect(store.pages).toBeGreaterThan(0);
  });

  it('keeps no more than its limits, in events and in bytes', async () => {
    reader = makeReader({ events: 1_000, bytes: 10 });
    const after = await log.store.head();
    const early = collect({ after }, (ids) => ids.length === 4);
    for (let n = 0; n < 4; n += 1) await append();
    await early;
    // One is kept however large it is.
    expect(await collect({ after }, (ids) => ids.length === 4)).toHaveLength(4);
  });

  it('filters, and moves on over what a filter leaves out', async () => {
    const after = await log.store.head();
    const wanted = collect({ after, filter: { types: ['Wanted'] } }, (ids) => ids.length === 2);
    const first = await append('Wanted');
    for (let n = 0; n < 10; n += 1) await append();
    const second = await append('Wanted');
    expect(await wanted).toEqual([first, second]);
    const head = await log.store.head();
    let reached: bigint | undefined;
    await collect({ after, filter: { types: ['Nothing'] } }, (_ids, item) => {
      if (item.kind === 'caughtUp') reached = item.position;
      return item.kind === 'caughtUp' && item.position === head;
    });
    expect(reached).toBe(head);
  });

  it('lets go of plaintext once something is erased', async () => {
    const after = await log.store.head();
    // Somebody keeps the tail alive.
    const watching = collect({ after }, (ids) => ids.length === 3);
    const first = await append();
    await collect({ after }, (ids) => ids.length === 1);
    await append('Erased');
    // Twice: the first may have been ahead of the erasure.
    await collect({ after }, (ids) => ids.length === 2);
    await collect({ after }, (ids) => ids.length === 2);
    expect(decoded.filter((id) => id === first)).toHaveLength(2);
    await append();
    await watching;
  });

  it('tells its subscribers why the log cannot be read, and the next one tries anew', async () => {
    const after = await log.store.head();
    store.failWith = new Error('not allowed to read this');
    const refused = collect({ after }, () => false);
    await expect(refused).rejects.toThrow('not allowed to read this');
    store.failWith = undefined;
    const collected = collect({ after }, (ids) => ids.length === 1);
    const id = await append();
    expect(await collected).toEqual([id]);
  });

  it('waits for a store that is away for a moment', async () => {
    let failures = 2;
    const readAll = store.readAll.bind(store);
    store.readAll = (options) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new EventStoreUnavailable(new Error('away'))) : readAll(options);
    };
    const before = await all();
    expect(await collect({}, (ids) => ids.length === before.length)).toEqual(before);
  });

  it('ends with its signal, also while it waits', async () => {
    const end = new AbortController();
    const items = reader.subscribe({ after: await log.store.head(), signal: end.signal });
    expect((await items.next()).value).toMatchObject({ kind: 'caughtUp' });
    const next = items.next();
    end.abort();
    expect(await next).toMatchObject({ done: true });
  });
});
