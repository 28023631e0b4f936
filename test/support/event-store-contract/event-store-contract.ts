import {
  EventStore,
  EventToAppend,
  StoredEvent,
  SubscribeOptions,
  WrongExpectedRevision,
  Position,
  START,
} from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';

/** An event whose data tells it from others. */
export function someEvent(data: EventToAppend['data'] = {}, type = 'SomethingHappened'): EventToAppend {
  return { id: randomUUID(), type, data, metadata: { commandId: randomUUID() } };
}

export async function readAllOf(store: EventStore, stream: string, from?: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of store.readStream(stream, from === undefined ? {} : { from })) events.push(event);
  return events;
}

/** Takes items from a subscription until `enough`, then ends it. */
export async function take(
  store: EventStore,
  options: SubscribeOptions,
  enough: (seen: string[]) => boolean,
): Promise<string[]> {
  const seen: string[] = [];
  for await (const item of store.subscribe(options)) {
    seen.push(item.kind === 'event' ? `event ${JSON.stringify(item.event.data.n)}` : item.kind);
    if (enough(seen)) break;
  }
  return seen;
}

/**
 * What every event store must do, whatever it is made of. `open` gives the store, with possibly other events in it;
 * the suite keeps to streams of its own.
 */
export function describeEventStoreContract(name: string, open: () => EventStore): void {
  describe(`${name} keeps the contract of an event store`, () => {
    const stream = (): string => `contract-${randomUUID()}`;

    it('appends to a new stream and reads back what was written', async () => {
      const store = open();
      const target = stream();
      const events = [someEvent({ n: 1 }), someEvent({ n: 2 })];
      const result = await store.append(target, events, 'no_stream');
      expect(result).toMatchObject({ revision: 1, repeated: false });
      const read = await readAllOf(store, target);
      expect(read).toMatchObject([
        { ...events[0], stream: target, revision: 0 },
        { ...events[1], stream: target, revision: 1, position: result.position },
      ]);
      expect(await readAllOf(store, target, 1)).toHaveLength(1);
      expect(await readAllOf(store, stream())).toEqual([]);
    });

    it('keeps data to the letter: Unicode, NUL, order of keys, empty values', async () => {
      const store = open();
      const target = stream();
      const data = {
        z: 'ё🎤',
        a: 'nul \u0000 here',
        list: [],
        object: {},
        nothing: null,
        large: '12345678901234567890',
      };
      await store.append(target, [someEvent(data)], 'no_stream');
      const [read] = await readAllOf(store, target);
      expect(JSON.stringify(read?.data)).toBe(JSON.stringify(data));
    });

    it('refuses a wrong expected revision and tells the actual one', async () => {
      const store = open();
      const target = stream();
      await expect(store.append(target, [someEvent()], 0)).rejects.toMatchObject({ actual: 'no_stream' });
      await store.append(target, [someEvent()], 'no_stream');
      await expect(store.append(target, [someEvent()], 'no_stream')).rejects.toMatchObject({ actual: 0 });
      await expect(store.append(target, [someEvent()], 5)).rejects.toBeInstanceOf(WrongExpectedRevision);
      expect(await readAllOf(store, target)).toHaveLength(1);
    });

    it('recognises a repetition at the original revision, also after others have written', async () => {
      const store = open();
      const target = stream();
      const events = [someEvent({ n: 1 }), someEvent({ n: 2 })];
      const first = await store.append(target, events, 'no_stream');
      await store.append(target, [someEvent({ n: 3 })], 1);
      expect(await store.append(target, events, 'no_stream')).toEqual({ ...first, repeated: true });
      // Half of it, or other ids, is no repetition.
      await expect(store.append(target, [events[0]!, someEvent()], 'no_stream')).rejects.toBeInstanceOf(
        WrongExpectedRevision,
      );
      expect(await readAllOf(store, target)).toHaveLength(3);
    });

    it('lets exactly one of many writers at one revision win', async () => {
      const store = open();
      const target = stream();
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.append(target, [someEvent()], 'no_stream')),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(WrongExpectedRevision);
      }
      expect(await readAllOf(store, target)).toHaveLength(1);
    });

    it('does not let the refusal of one append touch its neighbours', async () => {
      const store = open();
      const streams = Array.from({ length: 10 }, stream);
      const results = await Promise.allSettled(
        streams.map((target, index) =>
          store.append(target, [someEvent()], index % 2 === 0 ? 'no_stream' : 7),
        ),
      );
      expect(results.map((result) => result.status)).toEqual(
        streams.map((_, index) => (index % 2 === 0 ? 'fulfilled' : 'rejected')),
      );
    });

    it('gives revisions without gaps to many streams written at once', async () => {
      const store = open();
      const streams = Array.from({ length: 8 }, stream);
      await Promise.all(
        streams.map(async (target) => {
          for (let n = 0; n < 10; n += 1)
            await store.append(target, [someEvent({ n })], n === 0 ? 'no_stream' : n - 1);
        }),
      );
      for (const target of streams) {
        expect((await readAllOf(store, target)).map((event) => event.revision)).toEqual([
          ...Array(10).keys(),
        ]);
      }
    });

    it('reads the whole log in pages, in the order of positions, filtered', async () => {
      const store = open();
      const target = stream();
      const after = await store.head();
      await store.append(
        target,
        [someEvent({ n: 1 }, 'A'), someEvent({ n: 2 }, 'B'), someEvent({ n: 3 }, 'A')],
        'no_stream',
      );
      await store.append(stream(), [someEvent({ n: 4 }, 'A')], 'no_stream');
      const filter = { streamPrefixes: [target], types: ['A'] };
      const seen: unknown[] = [];
      let position = after;
      for (let atEnd = false; !atEnd;) {
        const page = await store.readAll({ after: position, filter, limit: 1 });
        seen.push(...page.events.map((event) => event.data.n));
        expect(page.position).toBeGreaterThanOrEqual(position);
        ({ position, atEnd } = page);
      }
      expect(seen).toEqual([1, 3]);
      expect(position).toBeGreaterThanOrEqual(await store.head());
    });

    it('reads backwards: a stream from its end or a revision, the log from its end or a position', async () => {
      const store = open();
      const target = stream();
      const events = [1, 2, 3, 4].map((n) => someEvent({ n }));
      const { position: end } = await store.append(target, events, 'no_stream');
      await store.append(stream(), [someEvent({ n: 5 })], 'no_stream');
      const direction = 'backwards';
      const backwards = async (from?: number): Promise<unknown[]> => {
        const options = { direction, ...(from !== undefined && { from }) } as const;
        const seen: unknown[] = [];
        for await (const event of store.readStream(target, options)) seen.push(event.data.n);
        return seen;
      };
      expect(await backwards()).toEqual([4, 3, 2, 1]);
      expect(await backwards(1)).toEqual([2, 1]);
      expect((await store.readAll({ direction, limit: 1 })).events).toMatchObject([{ data: { n: 5 } }]);
      const filter = { streamPrefixes: [target] };
      const seen: unknown[] = [];
      let before: Position | undefined;
      for (let atEnd = false; !atEnd && seen.length < 4;) {
        const page = await store.readAll({
          direction,
          filter,
          limit: 2,
          ...(before !== undefined && { before }),
        });
        seen.push(...page.events.map((event) => event.data.n));
        before = page.position;
        ({ atEnd } = page);
      }
      expect(seen).toEqual([4, 3, 2, 1]);
      const beforeEnd = await store.readAll({ direction, before: end, filter, limit: 10 });
      expect(beforeEnd.events.map((event) => event.data.n)).toEqual([3, 2, 1]);
    });

    it('catches up in a subscription, says so in its place, and goes on live', async () => {
      const store = open();
      const target = stream();
      await store.append(target, [someEvent({ n: 1 }), someEvent({ n: 2 })], 'no_stream');
      const filter = { streamPrefixes: [target] };
      const seen: string[] = [];
      for await (const item of store.subscribe({ filter })) {
        if (item.kind === 'checkpoint') continue;
        seen.push(item.kind === 'event' ? `event ${JSON.stringify(item.event.data.n)}` : item.kind);
        if (seen.length === 3) await store.append(target, [someEvent({ n: 3 })], 1);
        if (seen.length === 5) break;
      }
      expect(seen).toEqual(['event 1', 'event 2', 'caughtUp', 'event 3', 'caughtUp']);
    });

    it('lets a subscription begin after a position, and move on past what its filter leaves out', async () => {
      const store = open();
      const target = stream();
      const { position } = await store.append(target, [someEvent({ n: 1 })], 'no_stream');
      await store.append(target, [someEvent({ n: 2 })], 0);
      const isCaughtUp = (seen: string[]): boolean => seen.at(-1) === 'caughtUp';
      const onlyMine = { streamPrefixes: [target] };
      expect(await take(store, { after: position, filter: onlyMine }, isCaughtUp)).toEqual([
        'event 2',
        'caughtUp',
      ]);
      for await (const item of store.subscribe({ after: position, filter: { types: ['Never'] } })) {
        expect(item.kind).not.toBe('event');
        if (item.kind !== 'event' && item.position > position) break;
      }
    });

    it('reads from every position that it gave out', async () => {
      const store = open();
      const target = stream();
      const { position: appended } = await store.append(
        target,
        [someEvent({ n: 1 }), someEvent({ n: 2 })],
        'no_stream',
      );
      await store.append(stream(), [someEvent({ n: 3 })], 'no_stream');
      const filter = { streamPrefixes: [target] };
      const given = new Set<Position>([START, appended, await store.head()]);
      for await (const { position } of store.readStream(target)) given.add(position);
      for (const options of [{}, { filter }, { limit: 1 }, { filter: { types: ['Never'] } }]) {
        const page = await store.readAll(options);
        for (const position of [page.position, ...page.events.map((event) => event.position)])
          given.add(position);
        const back = await store.readAll({ ...options, direction: 'backwards' });
        for (const position of [back.position, ...back.events.map((event) => event.position)])
          given.add(position);
      }
      for (const options of [{ filter }, { filter: { types: ['Never'] } }]) {
        for await (const item of store.subscribe(options)) {
          given.add(item.kind === 'event' ? item.event.position : item.position);
          if (item.kind === 'caughtUp') break;
        }
      }
      for (const position of given) {
        const { events: after } = await store.readAll({ after: position });
        expect(after.every((event) => event.position > position)).toBe(true);
        const { events: before } = await store.readAll({ before: position, direction: 'backwards' });
        expect(before.every((event) => event.position < position)).toBe(true);
        for await (const item of store.subscribe({ after: position })) {
          if (item.kind === 'event') expect(item.event.position).toBeGreaterThan(position);
          break;
        }
        if (position === START) continue;
        const { events } = await store.readAll({ from: position, limit: 2 });
        expect(events[0]?.position).toBe(position);
      }
    });

    it('reads from a position on, the event there included', async () => {
      const store = open();
      const target = stream();
      await store.append(target, [someEvent({ n: 1 }), someEvent({ n: 2 })], 'no_stream');
      const [first] = await readAllOf(store, target);
      const { events } = await store.readAll({ from: first!.position, limit: 2 });
      expect(events.map(({ data }) => data.n)).toEqual([1, 2]);
      const filtered = await store.readAll({ from: first!.position, filter: { streamPrefixes: [target] } });
      expect(filtered.events.map(({ data }) => data.n)).toEqual([1, 2]);
    });

    it('feeds two subscribers alike, and ends one by its signal', async () => {
      const store = open();
      const target = stream();
      const filter = { streamPrefixes: [target] };
      const ending = new AbortController();
      const three = (seen: string[]): boolean => seen.filter((item) => item.startsWith('event')).length === 3;
      const [one, two] = [take(store, { filter }, three), take(store, { filter }, three)];
      const ended = take(store, { filter, signal: ending.signal }, () => false);
      for (let n = 0; n < 3; n += 1)
        await store.append(target, [someEvent({ n })], n === 0 ? 'no_stream' : n - 1);
      const events = (seen: string[]): string[] => seen.filter((item) => item.startsWith('event'));
      expect(events(await one)).toEqual(['event 0', 'event 1', 'event 2']);
      expect(events(await two)).toEqual(['event 0', 'event 1', 'event 2']);
      ending.abort();
      expect(events(await ended).length).toBeLessThanOrEqual(3);
    });
  });
}
