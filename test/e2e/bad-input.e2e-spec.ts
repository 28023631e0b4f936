import { FORMATS, INTERVIEW, silentVideo, tooLong } from '@test/audio/audio';
import { TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_BYTES = 3_000_000;

describe('bad input', () => {
  let world: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { MAX_UPLOAD_BYTES: String(MAX_BYTES) } });
    ({ server } = world);
    await server.start();
    // The sweeper notes whose objects these are, some time after the start: what it writes is not what is looked for here.
    while (!existsSync(join(server.dataFolder, 'objects', 'log-id'))) await sleep(20);
  });

  afterAll(() => world.close());

  /** Every refusal leaves nothing behind, and never says more than it should. */
  afterEach(() => {
    const kept = readdirSync(join(server.dataFolder, 'objects'), { recursive: true, withFileTypes: true });
    const files = kept.filter((entry) => entry.isFile()).map((entry) => entry.name);
    // Of the sweeper, which notes whose objects these are.
    expect(files.filter((name) => name !== 'log-id')).toEqual([]);
  });

  function expectProblem(answer: TestAnswer, status: number, name: string): void {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: `urn:voxpersona:problem:${name}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\bat .*\.(js|ts):\d+/);
  }

  function file(name: string, content: Buffer | string): string {
    const path = join(server.dataFolder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The first part of a file: what a broken connection leaves. */
  function cut(path: string, share: number): string {
    const whole = readFileSync(path);
    return file(`cut-${path.split('/').at(-1)!}`, whole.subarray(0, Math.floor(whole.length * share)));
  }

  it('refuses what is not audio', async () => {
    expectProblem(await server.upload(file('notes.mp3', 'just text '.repeat(500))), 422, 'not-audio');
    expectProblem(await server.upload(file('random.wav', Buffer.alloc(5_000, 7))), 422, 'not-audio');
  });

  it('refuses a playlist that names other files', async () => {
    const playlist = `#EXTM3U\n#EXTINF:10,\n${INTERVIEW}\n#EXT-X-ENDLIST\n`;
    expectProblem(await server.upload(file('list.m3u8', playlist)), 422, 'not-audio');
    expectProblem(
      await server.upload(file('list.txt', `ffconcat version 1.0\nfile '${INTERVIEW}'\n`)),
      422,
      'not-audio',
    );
  });

  it('refuses an empty file', async () => {
    expectProblem(await server.upload(file('empty.mp3', '')), 422, 'empty-file');
  });

  // Of other formats what is left can be heard, and is taken: test/e2e/hearing-files.
  it.each(['m4a', 'mp4'] as const)('refuses a %s that was cut off before its index', async (format) => {
    expectProblem(await server.upload(cut(FORMATS[format](), 0.6)), 422, 'truncated');
  });

  it('refuses a video without sound', async () => {
    expectProblem(await server.upload(silentVideo()), 422, 'no-sound');
  });

  it('refuses 25 hours', async () => {
    expectProblem(await server.upload(tooLong()), 422, 'audio-too-long');
  });

  it('refuses wrong fields', async () => {
    const wrong = [
      { colour: 'blue' },
      { scenario: 'party' },
      { language: 'english' },
      { details: '{broken' },
      { details: '["a list"]' },
      { details: '{"client":{"nested":1}}' },
    ];
    for (const fields of wrong) {
      expectProblem(await server.upload(INTERVIEW, fields), 400, 'invalid-request');
    }
    const unknown = await server.upload(INTERVIEW, { reports: 'horoscope' });
    expectProblem(unknown, 422, 'unknown-report-type');
  });

  it('refuses a file in the wrong field, two files, none, and no multipart at all', async () => {
    const post = (body: FormData | string): Promise<TestAnswer> =>
      server.request('/v1/recordings', { method: 'POST', body });
    const audio = new Blob([readFileSync(INTERVIEW)]);
    const wrongField = new FormData();
    wrongField.set('audio', audio, 'a.mp3');
    expectProblem(await post(wrongField), 400, 'invalid-request');
    const twoFiles = new FormData();
    twoFiles.append('file', audio, 'a.mp3');
    twoFiles.append('file', audio, 'b.mp3');
    expectProblem(await post(twoFiles), 400, 'invalid-request');
    expectProblem(await post(new FormData()), 400, 'invalid-request');
    expectProblem(await post('not a form'), 415, 'not-multipart');
  });

  it.each(['../../etc/passwd.mp3', '..\\..\\x.mp3', '/abs.mp3', 'a\u0000b.mp3', '..'])(
    'refuses the file name %j',
    async (name) => {
      const boundary = 'xyz';
      const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
      const body = Buffer.concat([
        Buffer.from(head),
        readFileSync(FORMATS.mp3()),
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ]);
      const answer = await server.request('/v1/recordings', {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        body,
      });
      expect([400, 422]).toContain(answer.status);
      expect(answer.body).toMatchObject({ type: expect.stringMatching(/invalid-(file-name|request)$/) });
    },
  );

  it('refuses what is over the limit while it streams', async () => {
    const large = file('large.wav', Buffer.alloc(MAX_BYTES + 500_000, 1));
    expectProblem(await server.upload(large), 413, 'too-large');
    // A length that is announced is enough.
    expectProblem(await announced(server, 10_000_000_000), 413, 'too-large');
  });

  it('lets a client that is still sending read why it was refused', async () => {
    // Much more than fits into the buffers between us, again and again: a race would show.
    const large = file('much-too-large.wav', Buffer.alloc(MAX_BYTES * 8, 1));
    for (let attempt = 0; attempt < 15; attempt += 1) {
      expectProblem(await server.upload(large), 413, 'too-large');
    }
  });

  it('keeps nothing of an upload that breaks off', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${server.url}/v1/recordings`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.key}`,
          'content-type': 'multipart/form-data; boundary=xyz',
          'transfer-encoding': 'chunked',
        },
      });
      request.on('error', () => resolve());
      request.write('--xyz\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n');
      request.write(Buffer.alloc(200_000, 1), () => setTimeout(() => request.destroy(), 100));
    });
    for (let attempt = 0; attempt < 50 && incoming(server) > 0; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(incoming(server)).toBe(0);
  });

  it('knows nobody without the right key', async () => {
    const wrong = [
      null,
      'vox_',
      'hello',
      server.key.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      'vox_00_00',
    ];
    for (const key of wrong) {
      const answer = await server.request('/v1/recordings', { key });
      expectProblem(answer, 401, 'not-authenticated');
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it('answers 404 to unknown ids and 400 to positions that are none', async () => {
    for (const id of [randomUUID(), 'x', '%00', "1' OR '1'='1"]) {
      expectProblem(await server.request(`/v1/recordings/${id}`), 404, 'not-found');
      expectProblem(await server.request(`/v1/reports/${id}`), 404, 'not-found');
    }
    expectProblem(await server.request('/v1/nowhere'), 404, 'not-found');
    for (const after of ['x', '', '000000000000.1', '-1', '9'.repeat(40)]) {
      expectProblem(await server.request(`/v1/recordings?after=${after}`), 400, 'invalid-after');
    }
  });

  it('refuses a position that this log has not reached', async () => {
    const { events } = await nothing(server);
    expect(events).toBe(0);
    const { body } = await server.request('/v1/recordings?limit=0');
    expect(body).toMatchObject({ status: 400 });
  });

  it('refuses wrong searches', async () => {
    const search = (body: string, type = 'application/json'): Promise<TestAnswer> =>
      server.request('/v1/search', { method: 'POST', headers: { 'content-type': type }, body });
    for (const body of [
      '{',
      '{}',
      '{"query":""}',
      '{"query":"x","limit":0}',
      '{"query":"x","colour":1}',
      '[]',
      '{"query":"\\u0000"}',
      '{"query":"\\ud800"}',
    ]) {
      expectProblem(await search(body), 400, 'invalid-request');
    }
    expectProblem(await search('query=x', 'text/plain'), 415, 'not-json');
    for (const query of ['и', 'the', '"', "'); DROP TABLE events; --", '%', '!!! & |', 'a'.repeat(2_000)]) {
      expect((await search(JSON.stringify({ query }))).body).toEqual({ hits: [] });
    }
  });

  async function announced(target: TestServer, bytes: number): Promise<TestAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${target.url}/v1/recordings`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${target.key}`,
          'content-type': 'multipart/form-data; boundary=xyz',
          'content-length': bytes,
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => {
          request.destroy();
          const headers = new Headers({ 'content-type': response.headers['content-type'] ?? '' });
          resolve({ status: response.statusCode ?? 0, headers, text, body: JSON.parse(text) });
        });
      });
      request.flushHeaders();
    });
  }

  function incoming(target: TestServer): number {
    const folder = join(target.dataFolder, 'objects', '.incoming');
    return readdirSync(folder).length;
  }

  async function nothing(target: TestServer): Promise<{ events: number }> {
    const { recordings } = await target.get<{ recordings: unknown[] }>('/v1/recordings');
    return { events: recordings.length };
  }
});
