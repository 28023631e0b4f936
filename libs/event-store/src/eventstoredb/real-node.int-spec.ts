import { EventStoreDBClient } from '@eventstore/db-client';
import { account, accountActors, accountContext } from '@test/domain/account';
import { readAllOf, someEvent, take } from '@test/event-store-contract/event-store-contract';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { makeCertificate, TestCertificate } from '@test/tls/test-certificate';
import { randomUUID } from 'node:crypto';
import { verifyHash } from '../codec/hash-chain';
import { appendUntilKnown } from '../outcomes/append-until-known';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  NoEventAtPosition,
  StreamRemoved,
} from '../port/errors';
import { START, StoredEvent, toPosition } from '../port/event-store';
import { openClient } from './client';
import { EventStoreDbEventStore } from './eventstoredb-event-store';
import { EventStoreAccessDenied } from './failures';

const CATEGORIES = ['own', 'account'];
/** Without credentials the client appends by its batched stream, which the fake does not speak. */
const ADMIN = { credentials: { username: 'admin', password: 'a' } };
const marks = (hash = 'a'.repeat(64)): string =>
  JSON.stringify({ commandId: 'c', schemaVersion: 1, previousHash: null, hash });

/** What was measured on real nodes, and how the adapter takes it. */
describe('The EventStoreDB event store, on a node as it is', () => {
  let node: FakeEventStoreDb;
  let url: string;
  let store: EventStoreDbEventStore;
  let stream: string;

  beforeEach(async () => {
    node = new FakeEventStoreDb();
    url = await node.start();
    store = new EventStoreDbEventStore(openClient(url, CATEGORIES));
    stream = `own-${randomUUID()}`;
  });
  afterEach(async () => {
    node.thaw();
    await store.close();
    node.stop();
  });

  const asAdmin = async (work: (client: EventStoreDBClient) => Promise<unknown>): Promise<void> => {
    const client = EventStoreDBClient.connectionString`${url}`;
    await work(client);
    await client.dispose();
  };
  const everything = async (): Promise<StoredEvent[]> => (await store.readAll()).events;
  const firstOf = async (after = START): Promise<unknown> => {
    for await (const item of store.subscribe({ after })) return item;
    return undefined;
  };

  it('knows no position but those of events', async () => {
    const { position } = await store.append(stream, [someEvent()], 'no_stream');
    for (const between of [position - 1n, position + 1n].map(String).map(toPosition)) {
      await expect(store.readAll({ after: between })).rejects.toBeInstanceOf(NoEventAtPosition);
      await expect(store.readAll({ from: between })).rejects.toBeInstanceOf(NoEventAtPosition);
      await expect(store.readAll({ before: between, direction: 'backwards' })).rejects.toBeInstanceOf(
        NoEventAtPosition,
      );
      await expect(firstOf(between)).rejects.toBeInstanceOf(NoEventAtPosition);
    }
  });

  describe('that other programs write to', () => {
    const foreign = (count = 1): void => {
      for (let n = 0; n < count; n += 1) node.writeForeign('invoice-1');
    };

    it('skips their events everywhere', async () => {
      foreign(3);
      const { position } = await store.append(stream, [someEvent({ n: 1 })], 'no_stream');
      foreign(100);
      expect((await everything()).map(({ data }) => data.n)).toEqual([1]);
      expect(await store.readAll({ limit: 1 })).toMatchObject({ events: [{ position }], position });
      expect(await store.readAll({ direction: 'backwards', limit: 1 })).toMatchObject({ position });
      expect(await store.readAll({ after: position })).toEqual({ events: [], position, atEnd: true });
      expect(await store.head()).toBe(position);
      expect(await firstOf(position)).toEqual({ kind: 'caughtUp', position });
      expect(await take(store, {}, (seen) => seen.includes('caughtUp'))).toEqual(['event 1', 'caughtUp']);
    });

    it('gives out no position of theirs, which a scavenge may remove', async () => {
      const { position } = await store.append(stream, [someEvent({ n: 1 })], 'no_stream');
      foreign(3);
      const [page, head] = [await store.readAll(), await store.head()];
      node.log.delete('invoice-1');
      node.log.scavenge();
      expect((await store.readAll({ after: page.position })).events).toEqual([]);
      expect(await store.head()).toBe(head);
      foreign(2);
      expect(await store.head()).toBe(position);
      const next = await store.append(stream, [someEvent({ n: 2 })], 0);
      expect(await store.head()).toBe(next.position);
    });

    it('reads a page past any number of them', async () => {
      foreign(2_500);
      await store.append(stream, [someEvent({ n: 1 })], 'no_stream');
      foreign(2_500);
      await store.append(stream, [someEvent({ n: 2 })], 0);
      const first = await store.readAll({ limit: 1 });
      expect(first.events.map(({ data }) => data.n)).toEqual([1]);
      const second = await store.readAll({ after: first.position, limit: 1 });
      expect(second.events.map(({ data }) => data.n)).toEqual([2]);
    });

    it('counts them, and goes on counting', async () => {
      foreign(3);
      await store.append(stream, [someEvent()], 'no_stream');
      node.writeOwnEvent();
      // Of a newer build: a category that this one does not know.
      node.writeForeign('playlist-1', 'PlaylistMade', marks());
      await store.foreignEvents.follow();
      expect(store.foreignEvents.found).toEqual({ count: 3, isAtLeast: false, stream: 'invoice-1' });
      foreign();
      while (store.foreignEvents.found?.count === 3) await new Promise((resolve) => setImmediate(resolve));
      expect(store.foreignEvents.found?.count).toBe(4);
    });

    it('takes what bears our marks for ours, whatever its stream', async () => {
      node.writeForeign('playlist-1', 'PlaylistMade', marks());
      expect(await everything()).toMatchObject([{ stream: 'playlist-1', type: 'PlaylistMade' }]);
    });

    it.each(['{}', 'null', '', 'no JSON', '{"hash":7}'])(
      'gives what somebody put into a stream of ours, for the alarm: metadata %j',
      async (metadata) => {
        node.writeForeign('own-1', 'Anything', metadata);
        const [event] = await everything();
        expect(event).toMatchObject({ stream: 'own-1', type: 'Anything' });
        expect(() => verifyHash(event!)).toThrow(/hash_mismatch/);
      },
    );
  });

  describe('with TLS and users', () => {
    let certificate: TestCertificate;
    let locked: FakeEventStoreDb;
    let admin: EventStoreDBClient;
    let plain: EventStoreDbEventStore;

    beforeAll(async () => {
      certificate = await makeCertificate();
    });
    beforeEach(async () => {
      const users = { admin: { password: 'a', groups: ['$admins'] }, vox: { password: 'v' } };
      locked = new FakeEventStoreDb({ users, tls: certificate });
      const query = `tls=true&tlsCAFile=${certificate.file}`;
      const address = `127.0.0.1:${new URL(await locked.start()).port}?${query}`;
      admin = EventStoreDBClient.connectionString`${`esdb://admin:a@${address}`}`;
      plain = new EventStoreDbEventStore(openClient(`esdb://vox:v@${address}`, CATEGORIES));
    });
    afterEach(async () => {
      await plain.close();
      await admin.dispose();
      locked.stop();
    });

    it('lets a plain user append and read streams, and says what it lacks for the rest', async () => {
      await plain.append(stream, [someEvent({ n: 1 })], 'no_stream');
      expect(await readAllOf(plain, stream)).toHaveLength(1);
      await expect(plain.readAll()).rejects.toBeInstanceOf(EventStoreAccessDenied);
      const refused = await plain.check().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(EventStoreAccessDenied);
      expect((refused as Error).message).toMatch(/may not read \$all: .*readRoles .*docs\/operations\.md/);
    });

    it('does everything for a plain user that may read $all', async () => {
      await admin.setStreamMetadata('$all', { acl: { readRoles: ['vox', '$admins'] } }, ADMIN);
      await plain.check();
      const { position } = await plain.append(stream, [someEvent({ n: 1 })], 'no_stream');
      expect(await plain.head()).toBe(position);
      expect(await take(plain, {}, (seen) => seen.includes('caughtUp'))).toEqual(['event 1', 'caughtUp']);
      await plain.foreignEvents.follow();
      expect(plain.foreignEvents.found?.count).toBe(0);
      expect(await plain.logId()).toBe(await plain.logId());
    });
  });

  describe('in which a stream of ours was removed', () => {
    const three = [someEvent({ n: 0 }), someEvent({ n: 1 }), someEvent({ n: 2 })];

    beforeEach(() => store.append(stream, three, 'no_stream'));

    it('says so of one that was deleted, and writes nothing there', async () => {
      await asAdmin((client) => client.deleteStream(stream));
      await expect(readAllOf(store, stream)).rejects.toBeInstanceOf(StreamRemoved);
      // The log still has all of it.
      expect((await everything()).map(({ data }) => data.n)).toEqual([0, 1, 2]);
      expect(await readAllOf(store, `own-${randomUUID()}`)).toEqual([]);
    });

    it('says so of one with a tombstone, and knows that an append was refused', async () => {
      await asAdmin((client) => client.tombstoneStream(stream));
      await expect(readAllOf(store, stream)).rejects.toBeInstanceOf(StreamRemoved);
      await expect(store.append(stream, [someEvent()], 2)).rejects.toBeInstanceOf(StreamRemoved);
      expect((await everything()).map(({ data }) => data.n)).toEqual([0, 1, 2]);
    });

    it('does not decide on one that was cut short', async () => {
      const actors = accountActors(store);
      const id = randomUUID();
      for (const amount of [1, 2])
        await actors.ask(account, id, { type: 'Deposit', amount }, accountContext());
      await asAdmin((client) => client.setStreamMetadata(`account-${id}`, { maxCount: 1 }, ADMIN));
      await expect(
        accountActors(store).ask(account, id, { type: 'Withdraw', amount: 3 }, accountContext()),
      ).rejects.toThrow(/missing_revision/);
      expect(await everything()).toHaveLength(5);
    });
  });

  it('reads back together what was appended at the same time', async () => {
    const streams = Array.from({ length: 64 }, () => `own-${randomUUID()}`);
    const before = node.reads;
    const results = await Promise.all(
      streams.map((one) => store.append(one, [someEvent(), someEvent()], 'no_stream')),
    );
    expect(node.reads - before).toBeLessThan(streams.length / 2);
    for (const [index, { position }] of results.entries()) {
      expect((await readAllOf(store, streams[index]!)).at(-1)?.position).toBe(position);
    }
  });

  it('gives up on a frozen node in time, and finds there later what it had sent', async () => {
    const hasty = new EventStoreDbEventStore(openClient(`${url}&defaultDeadline=300`, CATEGORIES));
    const events = [someEvent()];
    await hasty.check();
    node.freeze();
    await expect(hasty.append(stream, events, 'no_stream')).rejects.toBeInstanceOf(AppendOutcomeUnknown);
    await expect(hasty.check()).rejects.toThrow('does not answer in time');
    node.thaw();
    expect(await appendUntilKnown(hasty, stream, events, 'no_stream')).toMatchObject({ repeated: true });
    expect(await readAllOf(store, stream)).toHaveLength(1);
    await hasty.close();
  });

  it.each([
    ['committed', true],
    ['truncated', false],
  ] as const)('finds out that an append without a quorum was %s in the end', async (what, repeated) => {
    const hasty = new EventStoreDbEventStore(openClient(`${url}&defaultDeadline=300`, CATEGORIES));
    const events = [someEvent()];
    node.loseQuorum();
    await expect(hasty.append(stream, events, 'no_stream')).rejects.toBeInstanceOf(AppendOutcomeUnknown);
    // Refused, and yet nobody knows what becomes of the first try.
    await expect(hasty.append(stream, events, 'no_stream')).rejects.toBeInstanceOf(AppendOutcomeUnknown);
    await expect(hasty.append(`own-${randomUUID()}`, [someEvent()], 'no_stream')).rejects.toBeInstanceOf(
      EventStoreUnavailable,
    );
    node.regainQuorum(what);
    expect(await appendUntilKnown(hasty, stream, events, 'no_stream')).toMatchObject({
      revision: 0,
      repeated,
    });
    expect(await readAllOf(store, stream)).toHaveLength(1);
    await hasty.close();
  });

  it('says of a node that has answered before that it broke off, and nothing of TLS', async () => {
    await store.check();
    node.stop();
    const failures: string[] = [];
    for (let n = 0; n < 3; n += 1)
      await store.check().catch((error: unknown) => failures.push((error as Error).message));
    expect(failures).toHaveLength(3);
    expect(failures.join()).not.toMatch(/TLS/);
  });
});
