import { appendHistories } from '@test/history/histories';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { proofSize } from '@test/proof-size';
import { deriveId, DOMAIN_EVENTS, DomainEvent } from '@voxpersona/domain';
import {
  Actors,
  checkProof,
  EventCodec,
  eventHash,
  everyEvent,
  LogBroken,
  PostgresKeyRing,
  proveEvent,
  SEALED_EVENTS_MIGRATIONS,
  SealSigner,
  StoredEvent,
  VerifiedLog,
  verifyLog,
} from '@voxpersona/event-store';
import { migrate } from '@voxpersona/platform';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SealFile } from './seal-file';
import { Sealer, SEALER_DEFAULTS, SealsDisagree } from './sealer';

const EDITS = proofSize({ short: 100, full: 1_000 });
const BIG = proofSize({ short: 2_000, full: 100_000 });

describe('The seal over the log', () => {
  let world: TestLog;
  let codec: EventCodec<DomainEvent>;
  const signer = new SealSigner(randomBytes(32));
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-seals-'));
  const file = new SealFile(join(folder, 'seals.jsonl'));
  const said: string[] = [];
  const log = { warn: (text: string) => void said.push(text), error: (text: string) => void said.push(text) };
  /** Events under the last seal. */
  let sealed: StoredEvent[];
  /** Events after it, the seal first. */
  let rest: StoredEvent[];

  const sealer = (options = {}): Sealer =>
    new Sealer(world.store, new Actors(world.store, codec), world.pool, signer, file, {
      ...{ ...SEALER_DEFAULTS, log, ...options },
    });
  const verify = (kept?: Awaited<ReturnType<SealFile['read']>>): Promise<VerifiedLog> =>
    verifyLog({ store: world.store, pool: world.pool, verifier: signer.verifier, ...(kept && { kept }) });
  const all = async (): Promise<StoredEvent[]> => {
    const events: StoredEvent[] = [];
    for await (const event of everyEvent(world.store)) events.push(event);
    return events;
  };

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, SEALED_EVENTS_MIGRATIONS);
    const keys = new PostgresKeyRing(world.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
    await appendHistories(world.store, codec, 60, { width: 2 });
    await sealer().sealNow();
    await appendHistories(world.store, codec, 90, { width: 3 });
    const last = await sealer().sealNow();
    await appendHistories(world.store, codec, 60, { width: 2 });
    const events = await all();
    sealed = events.slice(0, last?.treeSize);
    rest = events.slice(last?.treeSize);
    await world.pool.query('CREATE TABLE events_kept AS SELECT * FROM events');
    await world.pool.query('CREATE TABLE sealed_kept AS SELECT * FROM sealed_events');
  });
  afterEach(restore);
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function restore(): Promise<void> {
    await world.pool.query(`
      BEGIN; DELETE FROM events; INSERT INTO events SELECT * FROM events_kept;
      DELETE FROM sealed_events; INSERT INTO sealed_events SELECT * FROM sealed_kept; COMMIT`);
  }

  const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

  async function put({ id, stream, revision, position, type, data, metadata }: StoredEvent): Promise<void> {
    await world.pool.query(
      `INSERT INTO events (position, stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO UPDATE SET position = $1, stream = $2, revision = $3, type = $5, data = $6, metadata = $7`,
      [position.toString(), stream, revision, id, type, JSON.stringify(data), JSON.stringify(metadata)],
    );
  }

  /** As who knows how: hashes anew what comes from here on in this stream. */
  async function rehashFrom(first: StoredEvent): Promise<void> {
    const stream = (await all()).filter((event) => event.stream === first.stream);
    let previousHash = stream.find(({ revision }) => revision === first.revision - 1)?.metadata.hash ?? null;
    for (const event of stream.filter(({ revision }) => revision >= first.revision)) {
      const changed = { ...event, metadata: { ...event.metadata, previousHash } };
      const hash = eventHash(event.stream, event.revision, changed);
      await put({ ...changed, metadata: { ...changed.metadata, hash } });
      previousHash = hash;
    }
  }

  async function swapPositions(a: StoredEvent, b: StoredEvent): Promise<void> {
    await world.pool.query('UPDATE events SET position = -1 WHERE id = $1', [a.id]);
    await world.pool.query('UPDATE events SET position = $2 WHERE id = $1', [b.id, a.position.toString()]);
    await world.pool.query('UPDATE events SET position = $2 WHERE id = $1', [a.id, b.position.toString()]);
  }

  /** Makes a place at this position, as an append in the middle of the log would have. */
  async function makePlace(position: bigint): Promise<void> {
    await world.pool.query('UPDATE events SET position = -position WHERE position >= $1', [
      position.toString(),
    ]);
    await world.pool.query('UPDATE events SET position = 1 - position WHERE position < 0');
  }

  const changed = (event: StoredEvent): StoredEvent => ({
    ...event,
    ...pick<Partial<StoredEvent>>([
      { data: { ...event.data, recordingId: randomUUID() } },
      { metadata: { ...event.metadata, actor: { kind: 'system', id: 'nobody', owner: null } } },
      { metadata: { ...event.metadata, recordedAt: '2020-01-01T00:00:00.000Z' } },
      { type: 'AnalysisCompleted', data: { ...event.data, note: 1 } },
    ]),
  });

  /** An edit of an event of this part of the log. @returns ids of the events that may be named as the first broken one */
  type Edit = (event: StoredEvent, part: readonly StoredEvent[]) => Promise<string[]>;

  const edits: Record<string, Edit> = {
    'an edit': async (event) => {
      await put(changed(event));
      return [event.id];
    },
    'a deletion': async (event) => {
      await world.pool.query('DELETE FROM events WHERE id = $1', [event.id]);
      return [event.id];
    },
    'a swap': async (event, part) => {
      const other = pick(part.filter(({ stream, id }) => stream === event.stream && id !== event.id));
      await swapPositions(event, other);
      return [event.id, other.id];
    },
    'an insertion': async (event) => {
      await makePlace(event.position);
      const last = (await all()).filter(({ stream }) => stream === event.stream).at(-1)!;
      const id = randomUUID();
      await put({ ...event, id, revision: last.revision + 1 });
      return [id];
    },
  };
  const skilledEdits: Record<string, Edit> = {
    'an edit, hashed anew': async (event) => {
      await put(changed(event));
      await rehashFrom(event);
      return [event.id];
    },
    'a deletion, the rest of the stream moved up and hashed anew': async (event) => {
      await world.pool.query('DELETE FROM events WHERE id = $1', [event.id]);
      for (const { id, revision } of (await all()).filter(
        ({ stream, revision: at }) => stream === event.stream && at > event.revision,
      )) {
        await world.pool.query('UPDATE events SET revision = $2 WHERE id = $1', [id, revision - 1]);
      }
      await rehashFrom(event);
      return [event.id];
    },
    'a swap between streams': async (event, part) => {
      const other = pick(part.filter(({ stream }) => stream !== event.stream));
      await swapPositions(event, other);
      return [event.id, other.id];
    },
    'an insertion into a stream of its own, hashed as it should be': async (event) => {
      await makePlace(event.position);
      const made = { ...event, id: randomUUID(), stream: `recording-${randomUUID()}`, revision: 0 };
      await put(made);
      await rehashFrom(made);
      return [made.id];
    },
  };

  it('covers what was there, and says how much', async () => {
    expect(await verify()).toEqual({
      ...{ events: sealed.length + rest.length, seals: 2, sealedEvents: sealed.length },
      ...{
        streams: new Set([...sealed, ...rest].map(({ stream }) => stream)).size,
        listOfSealedEvents: true,
      },
    });
    expect(rest[0]).toMatchObject({ type: 'LogSealed', data: { treeSize: sealed.length } });
    const kept = await file.read();
    expect(kept.map(({ treeSize }) => treeSize)).toEqual([expect.any(Number), sealed.length]);
    expect(await verify(kept)).toMatchObject({ seals: 2 });
  });

  it(
    `finds every one of ${EDITS} edits of the sealed part, and names the event`,
    async () => {
      const kinds = Object.entries({ ...edits, ...skilledEdits });
      for (let turn = 0; turn < EDITS; turn += 1) {
        const [kind, edit] = kinds[turn % kinds.length]!;
        const event = pick(sealed.filter(({ type }) => type !== 'LogSealed'));
        const named = await edit(event, sealed);
        const broken: unknown = await verify().catch((error: unknown) => error);
        if (!(broken instanceof LogBroken) || !named.includes(broken.eventId)) {
          throw new Error(`${kind} of ${event.type} ${event.id} (${named.join()}): ${String(broken)}`);
        }
        await restore();
      }
    },
    10 * 60_000,
  );

  it('names the last event that was sealed, where it is gone and what is newer came up into its place', async () => {
    const event = sealed.at(-1)!;
    await skilledEdits['a deletion, the rest of the stream moved up and hashed anew']!(event, sealed);
    await expect(verify()).rejects.toMatchObject({ eventId: event.id });
    await restore();
  });

  it(
    'leaves the rest to the chains: they find what was done without hashing anew',
    async () => {
      const kinds = Object.entries(edits);
      const inRest = rest.filter(({ type }) => type !== 'LogSealed');
      // The last of a stream can be cut off without a trace, until it is sealed.
      const notLast = inRest.filter((event) =>
        inRest.some(({ stream, revision }) => stream === event.stream && revision > event.revision),
      );
      for (let turn = 0; turn < EDITS / 2; turn += 1) {
        const [kind, edit] = kinds[turn % kinds.length]!;
        const event = pick(notLast);
        await edit(event, inRest);
        const verdict = await verify().catch((error: unknown) => (error as Error).name);
        expect([kind, verdict]).toEqual([kind, 'LogBroken']);
        await restore();
      }
    },
    10 * 60_000,
  );

  it('finds neither a tail cut off, nor one hashed anew, nor a swap between streams in what is not sealed', async () => {
    const inRest = rest.filter(({ type }) => type !== 'LogSealed');
    await world.pool.query('DELETE FROM events WHERE position > $1', [inRest[0]!.position.toString()]);
    await expect(verify()).resolves.toMatchObject({ seals: 2 });
    await restore();
    await skilledEdits['an edit, hashed anew']!(pick(inRest), inRest);
    await expect(verify()).resolves.toMatchObject({ seals: 2 });
    await restore();
    // Neighbours: further apart, the order within one of their streams would tell.
    const at = inRest.findIndex(({ stream }, index) => stream !== (inRest[index + 1]?.stream ?? stream));
    await swapPositions(inRest[at]!, inRest[at + 1]!);
    await expect(verify()).resolves.toMatchObject({ seals: 2 });
  });

  it('is told apart from one that somebody else made, or that says something else', async () => {
    const [seal] = rest;
    const forged = new SealSigner(randomBytes(32)).seal({
      ...{ treeSize: sealed.length, rootHash: 'a'.repeat(64), sealedAt: '2026-11-24T10:00:00.000Z' },
    });
    await put({ ...seal!, data: { ...forged } });
    await expect(verify()).rejects.toMatchObject({ fault: 'signature', eventId: seal!.id });
    await restore();
    await put({ ...seal!, data: { ...seal!.data, treeSize: sealed.length - 1 } });
    await expect(verify()).rejects.toMatchObject({ fault: 'signature', eventId: seal!.id });
  });

  it('kept elsewhere finds a log that was cut back with its seals', async () => {
    const kept = await file.read();
    const first = kept[0]!.treeSize;
    await world.pool.query('DELETE FROM events WHERE position > $1', [
      sealed[first - 1]!.position.toString(),
    ]);
    await world.pool.query('DELETE FROM sealed_events WHERE leaf >= $1', [first]);
    await expect(verify()).resolves.toMatchObject({ events: first });
    await expect(verify(kept)).rejects.toMatchObject({ name: 'LogBroken', fault: 'missing' });
  });

  it('names the stretch where the list of sealed events was changed too', async () => {
    const event = sealed.at(-3)!;
    await put(changed(event));
    await rehashFrom(event);
    await world.pool.query("UPDATE sealed_events SET hash = '\\x00' WHERE event_id = $1", [event.id]);
    await expect(verify()).rejects.toMatchObject({
      ...{ fault: 'root', eventId: rest[0]!.id },
      message: expect.stringMatching(new RegExp(`among the events \\d+ to ${sealed.length} of the log`)),
    });
    await expect(sealer().sealNow()).rejects.toThrow(SealsDisagree);
  });

  it('is made by itself, and goes on over restarts', async () => {
    const before = (await verify()).seals;
    const first = sealer({ everyMs: 20, pollMs: 10 });
    first.start();
    while ((await verify()).seals === before) await sleep(20);
    await first.stop();
    const made = (await verify()).seals;
    // Nothing new but the seal: none follows.
    const second = sealer({ everyMs: 20, pollMs: 10 });
    second.start();
    await sleep(150);
    expect((await verify()).seals).toBe(made);
    await appendHistories(world.store, codec, 1, { width: 1 });
    while ((await verify()).seals === made) await sleep(20);
    // Another process seals in between.
    await appendHistories(world.store, codec, 1, { width: 1 });
    await Promise.all([sealer().sealNow(), sealer().sealNow()]);
    await second.stop();
    const { seals, sealedEvents, events } = await verify();
    expect(seals).toBeGreaterThan(made);
    expect(events - sealedEvents).toBeLessThan(5);
    expect(said.filter((text) => !text.includes('meanwhile'))).toEqual([]);
  });

  it('proves an event to who has nothing but the proof', async () => {
    const event = pick(sealed);
    const proof = await proveEvent(world.store, signer.verifier, event.id);
    expect(checkProof(proof)).toBeNull();
    const other = new SealSigner(randomBytes(32)).verifier.publicKey;
    const altered: [object, RegExp][] = [
      [{ event: { ...proof.event, type: 'RecordingErased' } }, /not what was written/],
      [{ leaf: (proof.leaf + 1) % proof.seal.treeSize }, /does not lead/],
      [{ path: proof.path.slice(1) }, /does not lead/],
      [{ seal: { ...proof.seal, treeSize: proof.seal.treeSize * 2 } }, /does not lead|not signed/],
      [{ seal: { ...proof.seal, sealedAt: '2026-01-01T00:00:00.000Z' } }, /not signed/],
      [{ publicKey: other }, /not signed/],
      [{ publicKey: 'nonsense' }, /not signed/],
    ];
    for (const [change, problem] of altered) expect(checkProof({ ...proof, ...change })).toMatch(problem);
    await expect(proveEvent(world.store, signer.verifier, randomUUID())).rejects.toThrow(/no event/);
    await expect(proveEvent(world.store, signer.verifier, rest.at(-1)!.id)).rejects.toThrow(/not sealed yet/);
  });

  it('adds to the file what was recorded without its maker learning so', async () => {
    const path = join(folder, 'late.jsonl');
    const kept = readFileSync(join(folder, 'seals.jsonl'), 'utf8').trim().split('\n');
    writeFileSync(path, `${kept.slice(0, -1).join('\n')}\n`);
    const late = new SealFile(path);
    await late.complete(await file.read(), signer.verifier.publicKey);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(join(folder, 'seals.jsonl'), 'utf8'));
    const empty = new SealFile(join(folder, 'empty.jsonl'));
    await empty.complete(await file.read(), signer.verifier.publicKey);
    expect(await empty.read()).toHaveLength(1);
  });

  it('refuses a file of seals that is none', async () => {
    const path = join(folder, 'broken.jsonl');
    writeFileSync(path, `${readFileSync(join(folder, 'seals.jsonl'), 'utf8')}{"treeSize": 0}\n`);
    await expect(new SealFile(path).read()).rejects.toThrow(/broken.jsonl, line \d+, is no seal/);
  });

  it(
    `over ${BIG} events is verified`,
    async () => {
      await appendHistories(world.store, codec, BIG);
      await sealer().sealNow();
      const startedAt = Date.now();
      const { events } = await verify();
      const seconds = (Date.now() - startedAt) / 1_000;
      process.stdout.write(`${events} events verified in ${seconds.toFixed(1)} s\n`);
    },
    20 * 60_000,
  );
});
