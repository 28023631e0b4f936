import { INTERVIEW, longRecording } from '@test/audio/audio';
import { isFinished, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { createVoxPersonaClient, Shapes, VoxPersonaClient } from '@voxpersona/client';
import { FfmpegMedia, findMediaPrograms } from '@voxpersona/pipeline';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Recording = Shapes['Recording'];

describe('recordings, by the typed client', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  let client: VoxPersonaClient;
  /** In the order of their upload. */
  const ids: string[] = [];

  beforeAll(async () => {
    fakes = await serverWithFakes({ env: { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12' } });
    ({ server } = fakes);
    await server.start();
    client = createVoxPersonaClient(server.url, server.key);
    for (const [index, name] of [
      'delta.wav',
      'Alpha.wav',
      'charlie.wav',
      'bravo.wav',
      'alpha.wav',
    ].entries()) {
      const fields = { scenario: index % 2 === 0 ? 'interview' : 'note', reports: '' };
      const { body } = await server.upload(longRecording(6 - index, 950 + index), fields, { name });
      const { id, position } = body as { id: string; position: string };
      await server.get(`/v1/recordings/${id}?after=${position}`);
      ids.push(id);
    }
    for (const id of ids) await server.recordingUntil(id, isFinished);
  });

  afterAll(() => fakes.close());

  describe('in a list', () => {
    type Query = NonNullable<Parameters<typeof page>[0]>;
    async function page(query: {
      limit?: number;
      cursor?: string;
      sort?:
        | '-fileName'
        | 'fileName'
        | 'uploadedAt'
        | '-uploadedAt'
        | 'updatedAt'
        | '-updatedAt'
        | 'duration'
        | '-duration';
      status?: string;
      scenario?: 'interview' | 'note';
      language?: string;
      fileName?: string;
      uploadedFrom?: string;
      uploadedBefore?: string;
    }) {
      const { data, error } = await client.GET('/v1/recordings', { params: { query } });
      if (!data || !('recordings' in data)) throw new Error(JSON.stringify(error));
      return data;
    }
    async function all(query: Query): Promise<Recording[]> {
      const found: Recording[] = [];
      let cursor: string | undefined;
      do {
        const { recordings, next } = await page({
          ...query,
          limit: 2,
          ...(cursor !== undefined && { cursor }),
        });
        found.push(...recordings);
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      return found;
    }
    const names = (recordings: Recording[]) => recordings.map(({ fileName }) => fileName);

    it('come page by page, in every order, each once', async () => {
      const newest = [...ids].reverse();
      expect((await all({})).map(({ id }) => id)).toEqual(newest);
      expect((await all({ sort: 'uploadedAt' })).map(({ id }) => id)).toEqual(ids);
      const lengths = (await all({ sort: 'duration' })).map(({ audio }) => audio.durationSeconds);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      const byName = names(await all({ sort: 'fileName' })).map((name) => name?.toLowerCase());
      expect(byName).toEqual(['alpha.wav', 'alpha.wav', 'bravo.wav', 'charlie.wav', 'delta.wav']);
      expect(names(await all({ sort: '-fileName' }))[0]).toBe('delta.wav');
      for (const sort of ['updatedAt', '-updatedAt'] as const) {
        expect(new Set((await all({ sort })).map(({ id }) => id)).size).toBe(5);
      }
    });

    it('are not seen twice when others come meanwhile', async () => {
      const first = await page({ limit: 2 });
      const added = await server.uploaded(longRecording(2, 960), { reports: '' });
      const second = await page({ limit: 10, cursor: first.next! });
      const seen = [...first.recordings, ...second.recordings].map(({ id }) => id);
      expect(seen).toEqual([...ids].reverse());
      await server.recordingUntil(added, isFinished);
      await server.request(`/v1/recordings/${added}`, { method: 'DELETE' });
    });

    it('are found by what they are', async () => {
      expect(names(await all({ scenario: 'note', sort: 'uploadedAt' }))).toEqual(['Alpha.wav', 'bravo.wav']);
      expect(names(await all({ fileName: 'ALPHA', sort: 'uploadedAt' }))).toEqual(['Alpha.wav', 'alpha.wav']);
      expect(await all({ fileName: '%' })).toEqual([]);
      expect(await all({ status: 'ready,failed' })).toHaveLength(5);
      expect(await all({ status: 'failed' })).toEqual([]);
      const { uploadedAt } = await server.get<Recording>(`/v1/recordings/${ids[2]!}`);
      expect(await all({ uploadedFrom: uploadedAt })).toHaveLength(3);
      expect(await all({ uploadedBefore: uploadedAt })).toHaveLength(2);
    });

    it('refuse what they do not know', async () => {
      const refused = async (query: string): Promise<unknown> =>
        (await server.request(`/v1/recordings?${query}`)).body;
      const type = (name: string) => ({ status: 400, type: `urn:voxpersona:problem:${name}` });
      expect(await refused('colour=red')).toMatchObject(type('unknown-parameter'));
      expect(await refused('sort=colour')).toMatchObject(type('invalid-request'));
      expect(await refused('status=lost')).toMatchObject(type('invalid-request'));
      expect(await refused('fileName=%00')).toMatchObject(type('invalid-request'));
      expect(await refused('cursor=abc')).toMatchObject(type('invalid-cursor'));
      const { next } = await page({ limit: 1 });
      expect(await refused(`sort=fileName&cursor=${next!}`)).toMatchObject(type('invalid-cursor'));
    });

    it('are not sent again to who has them', async () => {
      const first = await server.request('/v1/recordings');
      const etag = first.headers.get('etag')!;
      const again = await server.request('/v1/recordings', { headers: { 'if-none-match': etag } });
      expect([again.status, again.text]).toEqual([304, '']);
    });
  });

  describe('as audio', () => {
    const original = readFileSync(INTERVIEW);
    let id: string;
    beforeAll(async () => {
      id = await server.uploaded(INTERVIEW, { reports: '' });
    });
    const get = (query = '', headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${server.url}/v1/recordings/${id}/audio${query}`, {
        headers: { authorization: `Bearer ${server.key}`, ...headers },
      });
    const bytes = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

    it('are what was sent, byte for byte', async () => {
      const response = await get();
      expect(response.headers.get('content-type')).toBe('audio/mpeg');
      expect(response.headers.get('content-disposition')).toBe('inline; filename=interview.mp3');
      const etag = `"${createHash('sha256').update(original).digest('hex')}"`;
      expect(response.headers.get('etag')).toBe(etag);
      expect((await bytes(response)).equals(original)).toBe(true);
      expect((await get('', { 'if-none-match': etag })).status).toBe(304);
    });

    it('come in ranges', async () => {
      const part = await get('', { range: 'bytes=100-199' });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 100-199/${original.length}`);
      expect((await bytes(part)).equals(original.subarray(100, 200))).toBe(true);
      const tail = await bytes(await get('', { range: 'bytes=-10' }));
      expect(tail.equals(original.subarray(-10))).toBe(true);
      const beyond = await get('', { range: `bytes=${original.length}-` });
      expect(beyond.status).toBe(416);
      expect(beyond.headers.get('content-range')).toBe(`bytes */${original.length}`);
      expect(await beyond.json()).toMatchObject({ type: 'urn:voxpersona:problem:range-not-satisfiable' });
      const other = await get('', { range: 'bytes=0-9', 'if-range': '"another"' });
      expect(other.status).toBe(200);
      await bytes(other);
    });

    it.each(['mp3', 'ogg', 'wav'] as const)('are cut to a clip as %s', async (format) => {
      const response = await get(`?from=5&to=8.5&format=${format}`);
      expect(response.status).toBe(200);
      const folder = mkdtempSync(join(tmpdir(), 'clip-'));
      try {
        writeFileSync(join(folder, 'clip'), await bytes(response));
        const media = new FfmpegMedia(findMediaPrograms({}));
        const { durationSeconds } = await media.probe(join(folder, 'clip'), { maxSeconds: 60 });
        expect(durationSeconds).toBeGreaterThan(3.4);
        expect(durationSeconds).toBeLessThan(3.65);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('refuse clips that are none', async () => {
      const problem = async (query: string): Promise<unknown> => (await get(query)).json();
      expect(await problem('?from=9999')).toMatchObject({ status: 416 });
      expect(await problem('?from=5&to=5')).toMatchObject({ type: 'urn:voxpersona:problem:invalid-clip' });
      expect(await problem('?from=-1')).toMatchObject({ status: 400 });
      expect(await problem('?from=1&format=exe')).toMatchObject({ status: 400 });
    });
  });

  describe('with details', () => {
    it('change by merge, and only as their sender has read them', async () => {
      const params = { path: { id: ids[0]! } };
      const read = await client.GET('/v1/recordings/{id}/details', { params });
      expect(read.data).toEqual({
        ...{ scenario: 'interview', details: {}, version: 0 },
        missing: ['date', 'employee', 'client', 'place', 'buildingType'],
      });
      const etag = read.response.headers.get('etag')!;
      const changed = await client.PATCH('/v1/recordings/{id}/details', {
        params: { ...params, header: { 'If-Match': etag } },
        body: { client: 'Ann', city: 'Bonn' },
      });
      expect(changed.data).toMatchObject({ details: { client: 'Ann', city: 'Bonn' }, version: 1 });
      const late = await client.PATCH('/v1/recordings/{id}/details', {
        params: { ...params, header: { 'If-Match': etag } },
        body: { client: 'Eve' },
      });
      expect(late.error).toMatchObject({ type: 'urn:voxpersona:problem:precondition-failed', status: 412 });
      const merged = await client.PATCH('/v1/recordings/{id}/details', {
        params,
        body: { city: null, zone: 'spa' },
      });
      expect(merged.data).toMatchObject({ details: { client: 'Ann', zone: 'spa' }, version: 2 });
      const position = (merged.data as { position: string }).position;
      const recording = await server.get<Recording>(`/v1/recordings/${ids[0]!}?after=${position}`);
      expect(recording.details).toEqual({ client: 'Ann', zone: 'spa' });
    });
  });

  describe('with reports on demand', () => {
    it('get one more, once', async () => {
      const params = { path: { id: ids[1]! } };
      const body = { type: 'summary', language: null };
      const first = await client.POST('/v1/recordings/{id}/reports', { params, body });
      expect(first.response.status).toBe(202);
      const { id } = first.data as { id: string };
      await server.recordingUntil(
        ids[1]!,
        (recording) => recording.reports.length === 1 && isFinished(recording),
      );
      const again = await client.POST('/v1/recordings/{id}/reports', { params, body });
      expect([again.response.status, again.data]).toEqual([
        200,
        expect.objectContaining({ id, existing: true }),
      ]);
      const russian = await client.POST('/v1/recordings/{id}/reports', {
        params,
        body: { ...body, language: 'ru' },
      });
      expect((russian.data as { id: string }).id).not.toBe(id);
      const report = await client.GET('/v1/reports/{id}', { params: { path: { id } } });
      expect(report.data).toMatchObject({ status: 'completed', type: 'summary' });
      const unknown = await client.POST('/v1/recordings/{id}/reports', {
        params,
        body: { ...body, type: 'poem' },
      });
      expect(unknown.error).toMatchObject({ type: 'urn:voxpersona:problem:unknown-report-type' });
    });
  });

  describe('while they are processed', () => {
    it('are cancelled, keep what they have, and go on', async () => {
      const { openai } = fakes;
      // Long enough to be stopped in the middle also on a slow machine; what is called off does not wait for it.
      openai.latencyMs = 5_000;
      const id = await server.uploaded(longRecording(45, 970), { language: 'en' });
      await server.recordingUntil(id, ({ chunks }) => chunks.total > 0);
      const params = { path: { id } };
      const cancelled = await client.POST('/v1/recordings/{id}/cancel', { params });
      expect(cancelled.response.status).toBe(202);
      const { position } = cancelled.data as { position: string };
      const stopped = await server.get<Recording>(`/v1/recordings/${id}?after=${position}`);
      expect(stopped.status).toBe('cancelled');
      const transcript = await client.GET('/v1/recordings/{id}/transcript', { params });
      expect(transcript.error).toMatchObject({ type: 'urn:voxpersona:problem:recording-cancelled' });
      // Those that were just being made.
      await new Promise((resolve) => setTimeout(resolve, 600));
      const callsWhenStopped = openai.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 600));
      // Nothing more is called for it.
      expect(openai.calls.length).toBe(callsWhenStopped);
      openai.latencyMs = 0;
      expect((await client.POST('/v1/recordings/{id}/retry', { params })).response.status).toBe(202);
      const done = await server.recordingUntil(
        id,
        (recording) => recording.status === 'ready' && isFinished(recording),
      );
      expect(done.reports).toMatchObject([{ type: 'summary', status: 'completed' }]);
      // Each chunk is asked for once, and once more where the answer is doubted; what was paid for is not asked again.
      const times = new Map<string, number>();
      for (const { about } of openai.answered) times.set(about, (times.get(about) ?? 0) + 1);
      expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
      const nothing = await client.POST('/v1/recordings/{id}/cancel', { params });
      expect(nothing.error).toMatchObject({ type: 'urn:voxpersona:problem:nothing-to-cancel', status: 409 });
    });

    it('show the jobs that were given up, which can be retried', async () => {
      const { openai } = fakes;
      openai.failNext({ kind: 'status', status: 400 });
      const id = await server.uploaded(longRecording(4, 980), { language: 'en', reports: '' });
      await server.recordingUntil(id, ({ status }) => status === 'failed');
      const query = { recordingId: id, state: 'parked' };
      const { data } = await client.GET('/v1/jobs', { params: { query } });
      const [job] = (data as Shapes['JobsPage']).jobs;
      expect(job).toMatchObject({
        type: 'TranscribeChunk',
        state: 'parked',
        recordingId: id,
        lane: 'speech-to-text',
      });
      const params = { path: { id: job!.id } };
      expect((await client.POST('/v1/jobs/{id}/retry', { params })).data).toMatchObject({ id: job!.id });
      const again = await client.POST('/v1/jobs/{id}/retry', { params });
      expect([200, 409]).toContain(again.response.status);
      await server.recordingUntil(id, ({ chunks }) => chunks.done === 1);
    });
  });
});
