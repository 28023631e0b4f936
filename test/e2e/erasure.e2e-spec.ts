import { longRecording } from '@test/audio/audio';
import { wordsOfAudio } from '@test/openai/fake-openai';
import { proofSize } from '@test/proof-size';
import { isFinished } from '@test/server/test-server';
import { dumpDatabase, withDatabaseOf } from '@test/server/dump-database';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FILE_NAME = 'gespraech-mit-frau-zwirnsfeld.mp3';
const DETAILS = { client: 'Adelgunde Zwirnsfeld', city: 'Quakenbrueck' };
const RECORDINGS = proofSize({ short: 1, full: 10 });
const root = join(__dirname, '../..');

describe('erasing', () => {
  let world: ServerWithFakes;
  const secrets: string[] = [FILE_NAME, ...Object.values(DETAILS), 'Zwirnsfeld'];
  const ids: string[] = [];
  let kept: string;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12' } });
    const { server, openai } = world;
    await server.start();
    kept = await server.uploaded(longRecording(30, 900));
    await server.recordingUntil(kept, isFinished);
    const callsOfKept = openai.calls.length;
    for (let index = 0; index < RECORDINGS; index += 1) {
      const file = longRecording(30, 901 + index);
      const { body } = await server.upload(file, { details: JSON.stringify(DETAILS) }, { name: FILE_NAME });
      const { id, position } = body as { id: string; position: string };
      await server.get(`/v1/recordings/${id}?after=${position}`);
      await server.recordingUntil(id, isFinished);
      ids.push(id);
    }
    const keptWords = openai.calls.slice(0, callsOfKept).flatMap((call) => wordsOfAudio(call.about));
    const words = openai.calls.slice(callsOfKept).flatMap((call) => wordsOfAudio(call.about));
    // Shorter words turn up by chance in megabytes of sealed values.
    secrets.push(...words.filter((word) => word.length >= 7 && !keptWords.includes(word)));
  });

  afterAll(() => world.close());

  it('is a search that can find: before, the words are there', async () => {
    const dump = await dumpDatabase(world.server.dataFolder);
    expect(secrets.filter((secret) => dump.includes(secret)).length).toBeGreaterThan(5);
    expect(await hits(secrets.at(-1)!)).toBeGreaterThan(0);
  });

  it('removes the recordings and all that stood on them', async () => {
    const { server } = world;
    for (const id of ids) {
      const { status, body } = await server.request(`/v1/recordings/${id}`, { method: 'DELETE' });
      expect(status).toBe(202);
      const { position } = body as { position: string };
      expect((await server.request(`/v1/recordings/${id}?after=${position}`)).status).toBe(410);
    }
    for (const id of ids) await untilErased(id);
  });

  it('leaves no rare word, file name or detail in a dump of the database', async () => {
    const dump = await dumpDatabase(world.server.dataFolder);
    expect(secrets.filter((secret) => dump.includes(secret))).toEqual([]);
    // As sealed values would be written in other encodings.
    const inBase64 = secrets.map((secret) => Buffer.from(secret).toString('base64').slice(0, -4));
    const longEnough = inBase64.filter((encoded) => encoded.length >= 8);
    expect(longEnough.length).toBeGreaterThan(2);
    expect(longEnough.filter((encoded) => dump.includes(encoded))).toEqual([]);
    expect(secrets.filter((secret) => dump.includes(Buffer.from(secret).toString('hex')))).toEqual([]);
  });

  it('leaves no object, stored result or vector', async () => {
    const folder = join(world.server.dataFolder, 'objects');
    const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(folder, path)).isFile(),
    );
    expect(left.filter((path) => ids.some((id) => path.includes(id)))).toEqual([]);
    expect(left.filter((path) => path.includes(kept))).not.toEqual([]);
    for (const table of ['stored_results', 'passage_vectors', 'read_passages']) {
      expect(await rowsOf(table, ids)).toBe(0);
      expect(await rowsOf(table, [kept])).toBeGreaterThan(0);
    }
  });

  it('leaves nothing in the search, before and after a restart', async () => {
    const { server } = world;
    for (const secret of secrets.slice(-10)) expect(await hits(secret)).toBe(0);
    await server.stop();
    await server.start();
    const { body } = await server.request('/v1/recordings');
    expect((body as { recordings: { id: string }[] }).recordings.map((recording) => recording.id)).toEqual([
      kept,
    ]);
    for (const secret of secrets.slice(-10)) expect(await hits(secret)).toBe(0);
  });

  it('leaves a skeleton whose chain still verifies', async () => {
    const { events } = await world.server.get<{ events: { type: string; data: Record<string, unknown> }[] }>(
      `/v1/recordings/${ids[0]!}/events`,
    );
    expect(events[0]).toMatchObject({ type: 'AudioUploaded', data: { fileName: { $erased: true } } });
    expect(events.map((event) => event.type)).toContain('RecordingErasureCompleted');
    const vox = join(root, 'dist/apps/cli/src/main.js');
    const env = { ...process.env, VOXPERSONA_DATA_DIR: world.server.dataFolder };
    const { stdout } = await promisify(execFile)(process.execPath, [vox, 'audit', 'verify'], { env });
    expect(stdout).toMatch(/^Verified \d+ events of \d+ streams/);
  });

  it('lets the same audio be uploaded again, as a new recording', async () => {
    const { status, body } = await world.server.upload(longRecording(30, 901));
    expect(status).toBe(202);
    expect(ids).not.toContain((body as { id: string }).id);
  });

  async function untilErased(id: string): Promise<void> {
    for (;;) {
      const { events } = await world.server.get<{ events: { type: string }[] }>(
        `/v1/recordings/${id}/events`,
      );
      if (events.some((event) => event.type === 'RecordingErasureCompleted')) return;
    }
  }

  async function hits(query: string): Promise<number> {
    const { body } = await world.server.request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    // Vectors of letter groups find similar words of the recording that stays: count only what was erased.
    const { hits: found } = body as { hits: { recordingId: string }[] };
    return found.filter((hit) => ids.includes(hit.recordingId)).length;
  }

  async function rowsOf(table: string, recordingIds: string[]): Promise<number> {
    return withDatabaseOf(world.server.dataFolder, async (client) => {
      const { rows } = await client.query<{ count: string }>(
        `SELECT count(*) FROM ${table} WHERE recording_id = ANY ($1)`,
        [recordingIds],
      );
      return Number(rows[0]!.count);
    });
  }
});
