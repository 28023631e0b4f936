import { createTestLog, TestLog } from '@test/postgres/test-log';
import { defineEvent, deriveId, ERASED, eventCatalogue, personal } from '@voxpersona/domain';
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { RecordingKeyDestroyed } from '../key-ring/key-ring';
import { PostgresKeyRing, WrongMasterKey } from '../key-ring/postgres-key-ring';
import { StoredEvent, toPosition } from '../port/event-store';
import { EventCodec, EventInvalid, NewEvent } from './event-codec';
import { CHAIN_START, eventHash, EventTampered, followChain, verifyHash } from './hash-chain';
import { CommandContext } from './metadata';
import { SealBroken } from './sealing';

const Said = defineEvent(
  'Said',
  z.object({ recordingId: z.string(), words: personal(z.string()), seconds: z.number() }),
);
/** The same event, later: seconds became milliseconds. */
const SaidToday = defineEvent(
  'Said',
  z.object({ recordingId: z.string(), words: personal(z.string()), milliseconds: z.number() }),
  {
    version: 2,
    upcasters: {
      1: ({ seconds, ...data }) => ({ ...data, milliseconds: Number(seconds) * 1_000 }),
    },
  },
);

const context: CommandContext = {
  commandId: randomUUID(),
  correlationId: 'correlation',
  causationId: 'causation',
  actor: { kind: 'system', id: 'test', owner: null },
};
const NOW = '2026-11-24T12:00:00.000Z';

describe('The codec', () => {
  let log: TestLog;
  let keys: PostgresKeyRing;
  const masterKey = randomBytes(32);

  beforeAll(async () => {
    log = await createTestLog();
    keys = new PostgresKeyRing(log.pool, masterKey);
  });
  afterAll(() => log.close());

  const codecOf = (...definitions: Parameters<typeof eventCatalogue>[0]): EventCodec<NewEvent> =>
    new EventCodec(eventCatalogue(definitions), keys, (id, index) => deriveId('event', id, index));

  async function stored(recordingId: string, codec = codecOf(Said)): Promise<StoredEvent[]> {
    const events = ['first words', 'second words'].map((words) => ({
      type: 'Said',
      data: { recordingId, words, seconds: 2 },
    }));
    const stream = `recording-${recordingId}`;
    const encoded = await codec.encode(stream, CHAIN_START, events, context, NOW);
    return encoded.events.map((event, revision) => ({
      ...event,
      stream,
      revision,
      position: toPosition(String(revision + 1)),
    }));
  }

  it('seals personal fields, and opens them again', async () => {
    const [event] = await stored(randomUUID());
    expect(JSON.stringify(event?.data)).not.toContain('first words');
    expect(await codecOf(Said).decode(event!)).toMatchObject({
      known: true,
      event: {
        data: { words: 'first words', seconds: 2 },
        metadata: {
          ...{ commandId: context.commandId, $correlationId: 'correlation' },
          schemaVersion: 1,
          recordedAt: NOW,
        },
      },
    });
  });

  it('gives Erased once the key is destroyed, and seals nothing for it any more', async () => {
    const recordingId = randomUUID();
    const [event] = await stored(recordingId);
    await keys.destroy(recordingId);
    expect(await codecOf(Said).decode(event!)).toMatchObject({
      event: { data: { words: ERASED, seconds: 2 } },
    });
    await expect(stored(recordingId)).rejects.toBeInstanceOf(RecordingKeyDestroyed);
    // A chain of erased events still verifies: hashes are over what is stored.
    verifyHash(event!);
  });

  it('makes one key of two first uses at once', async () => {
    const recordingId = randomUUID();
    const other = new PostgresKeyRing(log.pool, masterKey);
    const made = await Promise.all([keys, other, keys, other].map((ring) => ring.keyForSealing(recordingId)));
    expect(new Set(made.map((key) => key.toString('hex'))).size).toBe(1);
  });

  it('says so when the master key is another one', async () => {
    const recordingId = randomUUID();
    await keys.keyForSealing(recordingId);
    const wrong = new PostgresKeyRing(log.pool, randomBytes(32));
    await expect(wrong.keyForOpening(recordingId)).rejects.toBeInstanceOf(WrongMasterKey);
  });

  it('brings an old event to the version of today', async () => {
    const [event] = await stored(randomUUID());
    const decoded = await codecOf(SaidToday).decode(event!);
    expect(decoded).toMatchObject({ event: { data: { words: 'first words', milliseconds: 2_000 } } });
  });

  it('refuses an event of a newer build, and one outside its schema', async () => {
    const recordingId = randomUUID();
    const today = codecOf(SaidToday);
    const data = { recordingId, words: 'w', milliseconds: 1 };
    const { events } = await today.encode('recording-x', CHAIN_START, [{ type: 'Said', data }], context, NOW);
    const newer = { ...events[0]!, stream: 'recording-x', revision: 0, position: toPosition('1') };
    await expect(codecOf(Said).decode(newer)).rejects.toBeInstanceOf(EventInvalid);
    await expect(
      today.encode('recording-x', CHAIN_START, [{ type: 'Said', data: { recordingId } }], context, NOW),
    ).rejects.toBeInstanceOf(EventInvalid);
    await expect(
      today.encode('recording-x', CHAIN_START, [{ type: 'Unheard', data: {} }], context, NOW),
    ).rejects.toBeInstanceOf(EventInvalid);
  });

  it('marks an event of an unknown type', async () => {
    const [event] = await stored(randomUUID());
    expect(await codecOf().decode(event!)).toMatchObject({
      known: false,
      event: { type: 'Said', revision: 0 },
    });
  });

  it('links every event to the one before', async () => {
    const events = await stored(randomUUID());
    const end = events.reduce((chain, event) => followChain(chain, event), CHAIN_START);
    expect(end).toEqual({ revision: 1, hash: events[1]!.metadata.hash });
    expect(events[1]!.metadata.previousHash).toBe(events[0]!.metadata.hash);
    expect(() => followChain(CHAIN_START, events[1]!)).toThrow(EventTampered);
    expect(() => followChain({ revision: 0, hash: 'another' }, events[1]!)).toThrow(/broken_chain/);
  });

  it.each<[string, (event: StoredEvent) => StoredEvent]>([
    ['data', (event) => ({ ...event, data: { ...event.data, seconds: 3 } })],
    ['type', (event) => ({ ...event, type: 'Whispered' })],
    ['id', (event) => ({ ...event, id: randomUUID() })],
    ['stream', (event) => ({ ...event, stream: 'recording-other' })],
    ['revision', (event) => ({ ...event, revision: 5 })],
    [
      'who',
      (event) => ({
        ...event,
        metadata: { ...event.metadata, actor: { kind: 'operator', id: 'x', owner: null } },
      }),
    ],
    [
      'when',
      (event) => ({ ...event, metadata: { ...event.metadata, recordedAt: '2020-01-01T00:00:00.000Z' } }),
    ],
  ])('notices that %s was changed', async (_what, change) => {
    const [event] = await stored(randomUUID());
    await expect(codecOf(Said).decode(change(event!))).rejects.toBeInstanceOf(EventTampered);
  });

  it('does not open a sealed value that was moved to another event', async () => {
    const [first, second] = await stored(randomUUID());
    const moved = { ...second!, data: { ...second!.data, words: first!.data.words! } };
    const hash = eventHash(moved.stream, moved.revision, moved);
    const rehashed = { ...moved, metadata: { ...moved.metadata, hash } };
    await expect(codecOf(Said).decode(rehashed)).rejects.toBeInstanceOf(SealBroken);
  });
});
