import { split, uploaded } from '@test/domain/some';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent, RecordingCommand, recordingDecider } from '@voxpersona/domain';
import { Actors, EventCodec, EventStoreUnavailable, PostgresKeyRing } from '@voxpersona/event-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { chunkKey, originalKey } from '../activities/object-keys';
import { FilesystemObjectStorage } from '../providers/object-storage';
import { adoptStore, LOG_MARK } from '../originals';
import { Sweeper } from './sweeper';

const HOUR = 3_600_000;

describe('The sweeper', () => {
  let log: TestLog;
  let codec: EventCodec<DomainEvent>;
  let actors: Actors<DomainEvent>;
  let folder: string;
  let storage: FilesystemObjectStorage;
  let said: string[];

  beforeAll(async () => {
    log = await createTestLog();
    const keys = new PostgresKeyRing(log.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
    actors = new Actors(log.store, codec);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'swept-'));
    storage = new FilesystemObjectStorage(folder);
    await adoptStore(storage, await log.store.logId());
    said = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  afterAll(() => log.close());

  function sweeper(everyMs = HOUR, store: TestLog['store'] = log.store): Sweeper {
    const say = (message: string): void => void said.push(message);
    return new Sweeper(storage, store, codec, { afterMs: 24 * HOUR, everyMs, log: { log: say, warn: say } });
  }

  async function store(key: string, ageHours = 25): Promise<string> {
    await storage.put(key, Readable.from(['four']));
    age(key, ageHours);
    return key;
  }

  function age(path: string, hours: number): void {
    const then = new Date(Date.now() - hours * HOUR);
    utimesSync(join(folder, path), then, then);
  }

  async function ask(recordingId: string, command: RecordingCommand): Promise<void> {
    const commandId = randomUUID();
    const actor = { kind: 'system' as const, id: 'test', owner: null };
    const context = { commandId, correlationId: commandId, causationId: commandId, actor };
    const answer = await actors.ask(recordingDecider, recordingId, command, context);
    expect(answer.kind).toBe('accepted');
  }

  /** A recording of one chunk, with its objects. */
  async function record(recordingId: string): Promise<string[]> {
    const original = await store(originalKey(recordingId));
    const chunk = await store(chunkKey(recordingId, 'kept', 0, 'mp3'));
    const audio = { ...uploaded([]).data, recordingId, objectKey: original };
    await ask(recordingId, { type: 'UploadAudio', audio });
    const { recordingId: _, firstChunks: __, chunks, ...rest } = split(1).data;
    const recorded = chunks.map((one) => ({ ...one, objectKey: chunk }));
    const command = { ...rest, chunks: recorded };
    await ask(recordingId, { type: 'RecordSplit', split: command, detectsLanguage: false });
    return [original, chunk];
  }

  const left = (keys: readonly string[]): string[] => keys.filter((key) => existsSync(join(folder, key)));

  it('removes what no event names and nobody is about to name, and nothing else', async () => {
    const [present, erased, absent] = [randomUUID(), randomUUID(), randomUUID()];
    const named = await record(present);
    const ofErased = await record(erased);
    await ask(erased, { type: 'EraseRecording' });
    const young = [
      await store(chunkKey(present, 'being-written', 0, 'mp3'), 23),
      await store(originalKey(randomUUID()), 1),
    ];
    const foreign = await store('elsewhere/original');
    const strays = [
      await store(chunkKey(present, 'crashed', 0, 'mp3')),
      await store(chunkKey(present, 'crashed', 1, 'mp3')),
      await store(originalKey(absent)),
      ...ofErased,
    ];
    const sweep = sweeper();
    expect(await sweep.sweep()).toEqual({ objects: 5, bytes: 20, uploads: 0 });
    expect(left(strays)).toEqual([]);
    const kept = [...named, ...young, foreign];
    expect(left(kept)).toEqual(kept);
    expect(await sweep.sweep()).toEqual({ objects: 0, bytes: 0, uploads: 0 });
    expect(sweep.totals).toEqual({ objects: 5, bytes: 20, uploads: 0 });
  });

  it('goes by what the log says now, whatever it read before', async () => {
    const id = randomUUID();
    const keys = await record(id);
    const sweep = sweeper();
    await sweep.sweep();
    expect(left(keys)).toEqual(keys);
    // By another actor than the sweeper's own.
    await ask(id, { type: 'EraseRecording' });
    expect(await sweep.sweep()).toMatchObject({ objects: 2 });
  });

  it('removes uploads that nobody goes on with', async () => {
    mkdirSync(join(folder, '.incoming'), { recursive: true });
    for (const [name, hours] of [
      ['stale', 25],
      ['growing', 0],
    ] as const) {
      writeFileSync(join(folder, '.incoming', name), 'x');
      age(`.incoming/${name}`, hours);
    }
    expect(await sweeper().sweep()).toEqual({ objects: 0, bytes: 0, uploads: 1 });
    expect(left(['.incoming/stale', '.incoming/growing'])).toEqual(['.incoming/growing']);
  });

  it('touches nothing of a store that belongs to another log', async () => {
    await storage.delete(LOG_MARK);
    await storage.put(LOG_MARK, Readable.from([randomUUID()]));
    const keys = [await store(originalKey(randomUUID()))];
    expect(await sweeper().sweep()).toMatchObject({ objects: 0 });
    expect(left(keys)).toEqual(keys);
    expect(said.join()).toContain('another one');
  });

  it('touches nothing of a store without a mark, whose disk may not be mounted', async () => {
    await record(randomUUID());
    rmSync(folder, { recursive: true });
    const keys = [await store(originalKey(randomUUID()))];
    expect(await sweeper().sweep()).toMatchObject({ objects: 0 });
    expect(left(keys)).toEqual(keys);
    expect(said.join()).toContain('does not carry the mark');
  });

  it('deletes nothing before the event store has acknowledged an append of the sweep', async () => {
    const stray = await store(originalKey(randomUUID()));
    const { store: mute } = log.openAgain();
    const append = jest.spyOn(mute, 'append');
    append.mockImplementation((stream) =>
      Promise.reject(new EventStoreUnavailable(new Error(`${stream} was not sent`))),
    );
    await expect(sweeper(HOUR, mute).sweep()).rejects.toThrow(EventStoreUnavailable);
    expect(left([stray])).toEqual([stray]);
    append.mockRestore();
    expect(await sweeper(HOUR, mute).sweep()).toMatchObject({ objects: 1 });
    const { events } = await log.store.readAll({ filter: { types: ['StorageSweepStarted'] } });
    expect(events.length).toBeGreaterThan(0);
  });

  it('keeps what an append names that arrives while it sweeps', async () => {
    const id = randomUUID();
    const original = await store(originalKey(id));
    const { store: slow } = log.openAgain();
    const append = slow.append.bind(slow);
    // An upload of long ago whose append was taken, and is committed only now, before that of the sweep.
    jest.spyOn(slow, 'append').mockImplementation(async (...given) => {
      const audio = { ...uploaded([]).data, recordingId: id, objectKey: original };
      await ask(id, { type: 'UploadAudio', audio });
      return append(...given);
    });
    expect(await sweeper(HOUR, slow).sweep()).toMatchObject({ objects: 0 });
    expect(left([original])).toEqual([original]);
  });

  it('keeps everything of a recording that cannot be read, and goes on', async () => {
    const unreadable = randomUUID();
    const metadata = { schemaVersion: 1 };
    const event = { id: randomUUID(), type: 'FromTheFuture', data: {}, metadata };
    await log.store.append(`recording-${unreadable}`, [event], 'no_stream');
    const keys = [await store(originalKey(unreadable))];
    await store(originalKey(randomUUID()));
    expect(await sweeper().sweep()).toMatchObject({ objects: 1 });
    expect(left(keys)).toEqual(keys);
    expect(said.join()).toContain(unreadable);
  });

  it('works in the background, again and again, and says so only when there was something', async () => {
    const sweep = sweeper(20);
    sweep.start();
    await sleep(100);
    expect(said).toEqual([]);
    const key = await store(originalKey(randomUUID()));
    while (left([key]).length > 0) await sleep(10);
    await sweep.stop();
    expect(said).toEqual(['Swept 1 objects (4 bytes) that no event names, and 0 unfinished uploads']);
  });

  it('survives a log that cannot be reached, and deletes nothing meanwhile', async () => {
    const key = await store(originalKey(randomUUID()));
    const { store: away } = log.openAgain();
    jest.spyOn(away, 'readStream').mockImplementation(() => {
      throw new EventStoreUnavailable(new Error('gone'));
    });
    const sweep = sweeper(20, away);
    sweep.start();
    while (said.length < 2) await sleep(10);
    await sweep.stop();
    expect(left([key])).toEqual([key]);
    expect(said[0]).toMatch(/^The sweep was broken off/);
  });
});
