import {
  describeEventStoreContract,
  readAllOf,
  someEvent,
  take,
} from '@test/event-store-contract/event-store-contract';
import { describeOutcomeContract } from '@test/event-store-contract/outcome-contract';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { makeCertificate, TestCertificate } from '@test/tls/test-certificate';
import { randomUUID } from 'node:crypto';
import { AppendOutcomeUnknown, EventStoreUnavailable, EventTooLarge } from '../port/errors';
import { openClient } from './client';
import { EventStoreDbEventStore } from './eventstoredb-event-store';
import { EventStoreAccessDenied } from './failures';

/** A real node where one is named, else the fake. */
const realNode = process.env.EVENTSTORE_URL;
const fake = new FakeEventStoreDb();
/** Of the streams that these tests write. */
const CATEGORIES = ['contract', 'outcome', 'own', 'account'];
let url: string;
let store: EventStoreDbEventStore;
let other: EventStoreDbEventStore;

function asBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

beforeAll(async () => {
  url = realNode ?? (await fake.start());
  store = new EventStoreDbEventStore(openClient(url, CATEGORIES));
  other = new EventStoreDbEventStore(openClient(url, CATEGORIES));
});

afterAll(async () => {
  await store.close();
  await other.close();
  fake.stop();
});

describeEventStoreContract(realNode ? 'EventStoreDB' : 'EventStoreDB (a fake node)', () => store);

if (!realNode) {
  describeOutcomeContract('EventStoreDB (a fake node)', () => ({
    store,
    other,
    // Into the log of the fake itself, whose faults do not ask who appends.
    writeMeanwhile: (stream, { id, type, data, metadata }) => {
      const bytes = { data: asBytes(data), metadata: asBytes(metadata) };
      return Promise.resolve(fake.log.append(stream, [{ id, type, ...bytes }], 'no_stream'));
    },
    loseNext: (when: 'before' | 'after') => {
      fake.failNext(when === 'before' ? 'cut_before' : 'cut_after');
      fake.failEvery(1, 'not_leader');
    },
    recover: () => fake.failEvery(0),
  }));
}

(realNode ? describe.skip : describe)('The EventStoreDB event store', () => {
  const stream = (): string => `own-${randomUUID()}`;

  it('has an identity, which another client sees too', async () => {
    const other = new EventStoreDbEventStore(openClient(url));
    expect(await other.logId()).toBe(await store.logId());
    await other.close();
  });

  it.each(['cut_before', 'cut_after', 'silent', 'garbage'] as const)(
    'sends an append again after %s, without a double',
    async (fault) => {
      const hasty = new EventStoreDbEventStore(openClient(`${url}&defaultDeadline=700`, CATEGORIES));
      const target = stream();
      const events = [someEvent({ n: 1 }), someEvent({ n: 2 })];
      fake.failNext(fault);
      await expect(hasty.append(target, events, 'no_stream')).rejects.toBeInstanceOf(AppendOutcomeUnknown);
      const result = await hasty.append(target, events, 'no_stream');
      await hasty.close();
      expect(result).toMatchObject({ revision: 1, repeated: fault === 'cut_after' || fault === 'garbage' });
      const read = await readAllOf(store, target);
      expect(read.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      expect(read.at(-1)?.position).toBe(result.position);
    },
  );

  it('waits for a slow node', async () => {
    fake.failNext('slow');
    expect(await store.append(stream(), [someEvent()], 'no_stream')).toMatchObject({ repeated: false });
  });

  it('goes on when the leader changes: nothing was written there', async () => {
    const target = stream();
    const event = someEvent();
    fake.failNext('not_leader');
    await expect(store.append(target, [event], 'no_stream')).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(await store.append(target, [event], 'no_stream')).toMatchObject({ revision: 0, repeated: false });
  });

  it('knows the head by the last event of ours, whatever the node writes for itself', async () => {
    const { position } = await store.append(stream(), [someEvent()], 'no_stream');
    for (let n = 0; n < 100; n += 1) fake.writeOwnEvent();
    expect(await store.head()).toBe(position);
    const reached = await store.subscribe({ after: position })[Symbol.asyncIterator]().next();
    expect(reached.value).toEqual({ kind: 'caughtUp', position });
  });

  describe('told what is wrong, and no password', () => {
    const user = 'admin';
    const password = 'right-p@ss/word';
    const own = `${user}:${encodeURIComponent(password)}`;
    let certificate: TestCertificate;
    let plain: FakeEventStoreDb;
    let locked: FakeEventStoreDb;
    let ports: { plain: string; locked: string };

    beforeAll(async () => {
      certificate = await makeCertificate();
      plain = new FakeEventStoreDb();
      locked = new FakeEventStoreDb({
        users: { [user]: { password, groups: ['$admins'] } },
        tls: certificate,
      });
      ports = { plain: new URL(await plain.start()).port, locked: new URL(await locked.start()).port };
    });
    afterAll(() => {
      plain.stop();
      locked.stop();
    });

    async function tryAt(address: string, query: string): Promise<unknown> {
      const there = new EventStoreDbEventStore(
        openClient(`esdb://${address}?${query}&defaultDeadline=4000`, CATEGORIES),
      );
      const failure = await there
        .append(stream(), [someEvent()], 'no_stream')
        .catch((error: unknown) => error);
      await there.close();
      return failure;
    }

    it('is let in by the right credentials, over TLS', async () => {
      const query = `tls=true&tlsCAFile=${certificate.file}`;
      expect(await tryAt(`${own}@127.0.0.1:${ports.locked}`, query)).toMatchObject({ revision: 0 });
    });

    it.each([
      ['credentials', () => [`admin:wrong-one@127.0.0.1:${ports.locked}`, 'CA'], /refuses the credentials/],
      ['a certificate', () => [`${own}@127.0.0.1:${ports.locked}`, 'tls=true'], /certificate .* not trusted/],
      ['TLS that the node lacks', () => [`127.0.0.1:${ports.plain}`, 'tls=true'], /does not speak TLS/],
      ['TLS that the client lacks', () => [`${own}@127.0.0.1:${ports.locked}`, 'tls=false'], /TLS/],
      ['the host', () => ['nowhere.invalid:2113', 'tls=false'], /host of EVENTSTORE_URL is not known/],
      ['the port', () => ['127.0.0.1:1', 'tls=false'], /Nothing answers/],
    ] as const)('%s', async (_what, where, reason) => {
      const [address = '', query = ''] = where();
      const failure = await tryAt(address, query === 'CA' ? `tls=true&tlsCAFile=${certificate.file}` : query);
      expect(failure).toBeInstanceOf(EventStoreUnavailable);
      expect((failure as Error).message).toMatch(reason);
      expect((failure as Error).message).not.toMatch(/wrong-one|right/);
    });
  });

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
  });

  it('passes over what the node and the log keep for themselves', async () => {
    const page = await store.readAll({});
    expect(page.events.every((event) => !event.stream.startsWith('$'))).toBe(true);
    expect(page.events.some((event) => event.stream.startsWith('voxpersona'))).toBe(false);
  });
});
