import { picture, Studio } from '@test/hearing/studio';
import { appendFormer } from '@test/history/former-versions';
import { oldRecording } from '@test/history/old-recording';
import { answerTones } from '@test/openai/tone-answers';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { isFinished, RecordingBody, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { hearAudio, matchWords, shifted, TimedWord, worstTimeError } from '@test/tones';
import { PostgresEventStore, writeCheckpoint } from '@voxpersona/event-store';
import { STANDING_SAGAS } from '@voxpersona/pipeline';
import { inTransaction, PostgresListener } from '@voxpersona/platform';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

const SECONDS = 40;
const LATE_SECONDS = 10;
/** Seconds that a time of the copy may differ from the same time of the recording. */
const ACCURACY = 0.05;

describe('The listening copy', () => {
  let database: TestDatabase;
  let world: ServerWithFakes;
  let studio: Studio;
  let words: TimedWord[];
  /** A recording whose sound begins late. */
  let id: string;

  beforeAll(async () => {
    studio = new Studio(SECONDS);
    words = shifted(studio.words, LATE_SECONDS);
    database = await createTestDatabase();
    world = await serverWithFakes({
      env: {
        DATABASE_URL: database.connectionString,
        EMBEDDINGS: 'hashing',
        CHUNK_TARGET_SECONDS: '10',
        CHUNK_MAX_SECONDS: '12',
      },
    });
    world.openai.respond = answerTones();
    await world.server.start();
    id = await world.server.uploaded(await lateFile('late.mkv'), { reports: '' });
  });
  afterAll(async () => {
    await world.close();
    await database.drop();
    studio.close();
  });

  const lateFile = async (name: string, ...options: string[]): Promise<string> =>
    studio.ffmpeg(
      name,
      ...[...picture(SECONDS + LATE_SECONDS), '-itsoffset', String(LATE_SECONDS), '-i', await studio.base()],
      ...['-map', '0:v', '-map', '1:a', '-c:a', 'flac', ...options],
    );
  const pathOf = (of: string, name = 'listening-copy'): string => `/v1/recordings/${of}/${name}`;
  const copy = (of: string, init: RequestInit = {}): Promise<TestAnswer> =>
    world.server.request(pathOf(of), init);
  const bytesOf = async (path: string, headers: Record<string, string> = {}): Promise<Buffer> => {
    const { server } = world;
    const response = await fetch(server.url + path, {
      headers: { authorization: `Bearer ${server.key}`, ...headers },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const filesOf = (of: string, folder = ''): string[] => {
    const root = join(world.server.dataFolder, 'objects', 'recordings', of, folder);
    if (!existsSync(root)) return [];
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isFile());
  };
  const isReady = ({ listeningCopy }: RecordingBody): boolean => listeningCopy.status === 'ready';
  const typesOf = async (of: string): Promise<string[]> => {
    const { events } = await world.server.get<{ events: { type: string }[] }>(pathOf(of, 'events'));
    return events.map(({ type }) => type);
  };
  /** Asks as a client does that is told to come back. */
  const untilThere = async (of: string): Promise<void> => {
    for (;;) {
      const { status, headers, text } = await copy(of, { method: 'HEAD' });
      if (status === 200) return;
      if (status !== 202) throw new Error(`${status} ${text}`);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      await sleep(50);
    }
  };
  const expectWords = async (audio: Buffer, expected: readonly TimedWord[]): Promise<void> => {
    const heard = matchWords(expected, await hearAudio(audio));
    expect(heard).toMatchObject({ lost: [], extra: [] });
    expect(worstTimeError(heard)).toBeLessThan(ACCURACY);
  };
  /** A clip around the last word holds it at its time. */
  const expectClip = async (of: string, among: readonly TimedWord[]): Promise<void> => {
    const word = among.at(-1)!;
    const from = word.start - 0.5;
    const clip = await bytesOf(`${pathOf(of, 'audio')}?from=${from}&to=${word.end + 0.3}&format=wav`);
    await expectWords(clip, shifted([word], -from));
  };

  it('comes by itself, on the clock of the transcript', async () => {
    const recording = await world.server.recordingUntil(id, isFinished);
    expect(recording).toMatchObject({ status: 'ready', listeningCopy: { status: 'ready' } });
    const audio = await bytesOf(pathOf(id));
    expect(audio.length).toBe(recording.listeningCopy.sizeBytes);
    await expectWords(audio, words);
    const { lines } = await world.server.get<{ lines: { start: number; text: string }[] }>(
      pathOf(id, 'transcript'),
    );
    expect(lines.map(({ text }) => text)).toEqual(words.map(({ word }) => word));
  });

  it('is asked for once, when the first chunk has been transcribed', async () => {
    const types = await typesOf(id);
    const first = types.findIndex((type) => type === 'ChunkTranscribed');
    expect(types.indexOf('ListeningCopyRequested')).toBeGreaterThan(first);
    expect(types.indexOf('ListeningCopyRequested')).toBeLessThan(types.indexOf('AllChunksTranscribed'));
    expect(types.filter((type) => type.startsWith('ListeningCopy'))).toEqual([
      'ListeningCopyRequested',
      'ListeningCopyMade',
    ]);
  });

  it('can be read in ranges, and is not sent to who has it', async () => {
    const whole = await bytesOf(pathOf(id));
    const head = await copy(id, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe('audio/mp4');
    expect(head.headers.get('content-length')).toBe(String(whole.length));
    expect(head.headers.get('content-disposition')).toBe('inline; filename=late.m4a');
    const etag = head.headers.get('etag') ?? '';

    const part = await bytesOf(pathOf(id), { range: 'bytes=1000-1999', 'if-range': etag });
    expect(part.equals(whole.subarray(1_000, 2_000))).toBe(true);
    const ranged = await copy(id, { headers: { range: 'bytes=-10' } });
    expect(ranged.status).toBe(206);
    expect(ranged.headers.get('content-range')).toBe(
      `bytes ${whole.length - 10}-${whole.length - 1}/${whole.length}`,
    );
    expect((await copy(id, { headers: { range: `bytes=${whole.length}-` } })).status).toBe(416);
    expect((await copy(id, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('has a waveform', async () => {
    const peaks = await world.server.get<{ length: number; sample_rate: number; samples_per_pixel: number }>(
      pathOf(id, 'peaks'),
    );
    const seconds = (peaks.length * peaks.samples_per_pixel) / peaks.sample_rate;
    expect(peaks).toMatchObject({ version: 2, channels: 1, bits: 8 });
    expect(seconds).toBeCloseTo(SECONDS + LATE_SECONDS, 0);
  });

  it('is what clips are cut from: they need no original', async () => {
    await expectClip(id, words);
    const originals = filesOf(id).filter((path) => path.endsWith('/original'));
    for (const path of originals) renameSync(path, `${path}.away`);
    expect((await world.server.request(pathOf(id, 'audio'))).status).toBe(409);
    await expectClip(id, words);
    for (const path of originals) renameSync(`${path}.away`, path);
  });

  it.each(['audio.m4a', 'peaks.json'])('is made again when its %s is missing', async (name) => {
    for (const path of filesOf(id, 'listening').filter((file) => file.endsWith(name))) rmSync(path);
    const before = (await typesOf(id)).filter((type) => type === 'ListeningCopyRequested').length;
    // A clip comes from the original meanwhile.
    await expectClip(id, words);
    if (name === 'peaks.json') await world.server.request(pathOf(id, 'peaks'));
    await untilThere(id);
    await expectWords(await bytesOf(pathOf(id)), words);
    await world.server.get(pathOf(id, 'peaks'));
    const after = (await typesOf(id)).filter((type) => type === 'ListeningCopyRequested').length;
    expect(after).toBe(before + 1);
  });

  it('comes on request while no recogniser answers', async () => {
    const { server, openai } = world;
    openai.latencyMs = 30_000;
    const waiting = await server.uploaded(await lateFile('waiting.mkv', '-metadata', 'title=1'), {
      reports: '',
    });
    const { listeningCopy } = await server.recordingUntil(waiting, ({ chunks }) => chunks.total > 0);
    expect(listeningCopy).toEqual({ status: 'none' });
    const first = await copy(waiting);
    expect([first.status, first.body]).toMatchObject([202, { status: 'pending' }]);
    await untilThere(waiting);
    await expectWords(await bytesOf(pathOf(waiting)), words);
    openai.latencyMs = 0;
  });

  it('that cannot be made stops nothing, is shown, and is made once it can be', async () => {
    const { server, openai } = world;
    openai.latencyMs = 30_000;
    const file = await lateFile('lost.mkv', '-metadata', 'title=2');
    const lost = await server.uploaded(file, { reports: '' });
    await server.recordingUntil(lost, ({ chunks }) => chunks.total > 0);
    for (const path of filesOf(lost).filter((name) => name.endsWith('/original'))) rmSync(path);
    expect((await copy(lost)).body).toMatchObject({ type: 'urn:voxpersona:problem:original-missing' });
    openai.latencyMs = 0;
    // Its jobs were asking when it could not answer.
    await server.stop();
    await server.start();
    const recording = await server.recordingUntil(lost, isFinished);
    expect(recording).toMatchObject({
      status: 'ready',
      failures: [],
      listeningCopy: { status: 'failed', code: 'original_missing' },
    });
    const refused = await copy(lost);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { type: 'urn:voxpersona:problem:listening-copy-failed' },
    ]);
    expect((await server.upload(file)).body).toMatchObject({ id: lost, restored: true });
    await server.recordingUntil(lost, isReady);
    await expectWords(await bytesOf(pathOf(lost)), words);
  });

  it('of a recording of an earlier version is made on its first request', async () => {
    const { server } = world;
    const { workspace } = await server.get<{ workspace: { id: string } }>('/v1/me');
    const content = readFileSync(await studio.base());
    const old = oldRecording(workspace.id, { content, durationSeconds: SECONDS });
    await server.stop();
    const path = join(server.dataFolder, 'objects', ...old.objectKey.split('/'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    await plant(old.events);
    await server.start();
    while ((await server.request(`/v1/recordings/${old.recordingId}`)).status !== 200) await sleep(50);
    const recording = await server.recordingUntil(old.recordingId, () => true);
    expect(recording.listeningCopy).toEqual({ status: 'none' });
    expect((await copy(old.recordingId)).status).toBe(202);
    await untilThere(old.recordingId);
    await expectWords(await bytesOf(pathOf(old.recordingId)), studio.words);
    await expectClip(old.recordingId, studio.words);
    expect((await typesOf(old.recordingId)).filter((type) => type === 'ListeningCopyRequested')).toHaveLength(
      1,
    );
    await server.vox('audit', 'verify');
  });

  it('is erased with its recording', async () => {
    const { server } = world;
    expect(filesOf(id, 'listening').length).toBeGreaterThan(0);
    await server.request(`/v1/recordings/${id}`, { method: 'DELETE' });
    expect((await copy(id)).status).toBe(410);
    expect((await server.request(pathOf(id, 'peaks'))).status).toBe(410);
    while (!(await typesOf(id)).includes('RecordingErasureCompleted')) await sleep(50);
    expect(filesOf(id)).toEqual([]);
  });

  /** Writes events whose work is done: the sagas stand behind them. */
  async function plant(events: Parameters<typeof appendFormer>[1]): Promise<void> {
    const pool = new Pool({ connectionString: database.connectionString });
    const listener = new PostgresListener(database.connectionString, { warn: () => undefined });
    const store = new PostgresEventStore(pool, listener);
    await appendFormer(store, events);
    const logId = await store.logId();
    const position = await store.head();
    await inTransaction(pool, async (transaction) => {
      for (const saga of STANDING_SAGAS) {
        await writeCheckpoint(transaction, saga, { version: 1, logId, position });
      }
    });
    await listener.close();
    await pool.end();
  }
});
