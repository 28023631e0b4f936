import { FORMATS, longRecording } from '@test/audio/audio';
import { TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { newMember, post, TestMember } from '@test/server/workspace-fixture';
import { openAsBlob, readdirSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface IssuedLink {
  id: string;
  url: string;
  expiresAt: string;
  position: string;
}

const MAX_UPLOAD_BYTES = 1024 * 1024;

describe('an upload link', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  let bea: TestMember;

  beforeAll(async () => {
    fakes = await serverWithFakes({ env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES) } });
    ({ server } = fakes);
    await server.start();
    bea = await newMember(server, server.key, 'analyst');
  });

  afterAll(() => fakes.close());

  const issue = (key = bea.key, wanted: object = {}): Promise<IssuedLink> =>
    post<IssuedLink>(server, key, '/v1/upload-links', wanted);
  const tokenOf = ({ url }: { url: string }): string => url.split('#')[1]!;
  const by = (token: string, more: object = {}) => ({
    ...{ method: 'POST', key: null, headers: { authorization: `Upload ${token}`, ...more } },
  });
  const status = (token: string): Promise<TestAnswer> => server.request('/v1/upload-links/status', by(token));
  const sendBlob = (token: string, blob: Blob, name: string, more: object = {}): Promise<TestAnswer> => {
    const body = new FormData();
    body.set('file', blob, name);
    return server.request('/v1/upload-links/use', { ...by(token, more), body });
  };
  const send = async (token: string, file: string, more: object = {}): Promise<TestAnswer> =>
    sendBlob(token, await openAsBlob(file), basename(file), more);
  const expectProblem = ({ status: got, body }: TestAnswer, expected: number, name: string): void => {
    expect(body).toMatchObject({ status: expected, type: `urn:voxpersona:problem:${name}` });
    expect(got).toBe(expected);
  };
  const idOf = ({ body }: TestAnswer): string => (body as { id: string }).id;
  const recordings = async (after?: string): Promise<string[]> => {
    const since = after === undefined ? '' : `&after=${after}`;
    const page = await server.get<{ recordings: { id: string }[] }>(`/v1/recordings?limit=200${since}`);
    return page.recordings.map(({ id }) => id);
  };
  /** Of uploads, all of them: below the folder of each recording lies its original. */
  const originals = (): string[] =>
    readdirSync(join(server.dataFolder, 'objects'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\/original(-[^/]+)?$/.test(path),
    );
  /** Names of files of at least so many bytes that are just being stored. */
  const arriving = (bytes: number): string[] => {
    const folder = join(server.dataFolder, 'objects', '.incoming');
    const sizeOf = (name: string): number =>
      statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? -1;
    return readdirSync(folder).filter((name) => sizeOf(name) >= bytes);
  };
  async function until<T>(look: () => T, enough: (seen: T) => boolean): Promise<T> {
    for (let attempt = 0; attempt < 250; attempt += 1) {
      const seen = look();
      if (enough(seen)) return seen;
      await sleep(20);
    }
    throw new Error('Not in time');
  }

  it('leads to a page that may run its own script and nothing else', async () => {
    const link = await issue();
    expect(link.url).toMatch(new RegExp(`^${server.url}/send#voxup_[0-9a-f]{32}_[0-9a-f]{64}$`));
    expect(Date.parse(link.expiresAt) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    const page = await server.request('/send', { key: null });
    expect(page.text).toContain('<script src="/send.js">');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    const script = await server.request('/send.js', { key: null });
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.text).toContain('Отправить запись');
  });

  it('brings a recording of its member, once', async () => {
    const wanted = { scenario: 'design-audit', language: 'en', reports: [] };
    const link = await issue(bea.key, wanted);
    const token = tokenOf(link);
    const good = await status(token);
    expect(good.body).toEqual({ expiresAt: link.expiresAt, maxBytes: MAX_UPLOAD_BYTES, maxHours: 24 });
    const answer = await send(token, FORMATS.mp3());
    expect([answer.status, answer.body]).toEqual([
      202,
      { id: expect.any(String), duplicate: false, restored: false, position: expect.any(String) },
    ]);
    const { id, position } = answer.body as { id: string; position: string };
    const recording = await server.get<object>(`/v1/recordings/${id}?after=${position}`, bea.key);
    expect(recording).toMatchObject({ id, scenario: 'design-audit', reports: [] });
    const { events } = await server.get<{ events: { type: string; metadata: object }[] }>(
      `/v1/recordings/${id}/events`,
    );
    expect(events[0]).toMatchObject({
      type: 'AudioUploaded',
      metadata: { actor: { kind: 'upload-link', id: link.id, member: bea.id } },
    });
    expectProblem(await status(token), 410, 'upload-link-used');
    expectProblem(await send(token, FORMATS.wav()), 410, 'upload-link-used');
    const used = await server.get<{ events: { data: object }[] }>(
      `/v1/events?type=UploadLinkUsed&after=${position}`,
    );
    expect(used.events[0]!.data).toEqual({ linkId: link.id, recordingId: id, duplicate: false });
  });

  it('says that audio is there already, and is used up by it', async () => {
    const first = await send(tokenOf(await issue()), FORMATS.wav());
    const token = tokenOf(await issue());
    const again = await send(token, FORMATS.wav());
    expect([again.status, again.body]).toEqual([200, expect.objectContaining({ duplicate: true })]);
    expect(idOf(again)).toBe(idOf(first));
    expectProblem(await status(token), 410, 'upload-link-used');
  });

  it('gives the same answer to the same file under the same name', async () => {
    const token = tokenOf(await issue());
    const file = longRecording(1, 701);
    const more = { 'idempotency-key': 'one' };
    const first = await send(token, file, more);
    const again = await send(token, file, more);
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    // Another link's requests have names of their own.
    const other = await send(tokenOf(await issue()), longRecording(1, 702), more);
    expect([other.status, idOf(other) === idOf(first)]).toEqual([202, false]);
  });

  it('stays open for what was no audio, too large, or more than a file', async () => {
    const before = originals();
    const token = tokenOf(await issue());
    expectProblem(await sendBlob(token, new Blob(['no audio']), 'x.mp3'), 422, 'not-audio');
    const tooLarge = new Blob([Buffer.alloc(MAX_UPLOAD_BYTES + 1)]);
    expectProblem(await sendBlob(token, tooLarge, 'x.mp3'), 413, 'too-large');
    const form = new FormData();
    form.set('owner', 'somebody else');
    form.set('file', new Blob(['x']), 'x.mp3');
    const more = await server.request('/v1/upload-links/use', { ...by(token), body: form });
    expectProblem(more, 400, 'invalid-request');
    expect(originals()).toEqual(before);
    expect((await send(token, longRecording(1, 703))).status).toBe(202);
  });

  it('stays open when the connection breaks, and nothing is left', async () => {
    const before = originals();
    const token = tokenOf(await issue());
    const call = httpRequest(`${server.url}/v1/upload-links/use`, {
      method: 'POST',
      headers: {
        authorization: `Upload ${token}`,
        ...{ 'content-type': 'multipart/form-data; boundary=b', 'content-length': '500000' },
      },
    });
    call.on('error', () => undefined);
    call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n');
    call.write(Buffer.alloc(100_000));
    const [name] = await until(
      () => arriving(90_000),
      ({ length }) => length > 0,
    );
    call.destroy();
    await until(
      () => arriving(0),
      (names) => !names.includes(name!),
    );
    expect(originals()).toEqual(before);
    expect((await send(token, longRecording(1, 704))).status).toBe(202);
  });

  it('takes one of two files that come at once', async () => {
    const link = await issue();
    const token = tokenOf(link);
    const count = (await recordings(link.position)).length;
    const objects = originals().length;
    const files = [711, 712, 713].map((seed) => longRecording(1, seed));
    const answers = await Promise.all(files.map((file) => send(token, file)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 410, 410]);
    for (const answer of answers) if (answer.status === 410) expectProblem(answer, 410, 'upload-link-used');
    const { position } = answers.find((answer) => answer.status === 202)!.body as { position: string };
    await server.get(`/v1/recordings?after=${position}`);
    expect((await recordings()).length).toBe(count + 1);
    expect(originals()).toHaveLength(objects + 1);
  });

  it('is refused before the body is read', async () => {
    const call = httpRequest(`${server.url}/v1/upload-links/use`, {
      method: 'POST',
      headers: {
        authorization: `Upload voxup_${'0'.repeat(32)}_${'0'.repeat(64)}`,
        ...{ 'content-type': 'multipart/form-data; boundary=b', 'content-length': '500000' },
      },
    });
    call.on('error', () => undefined);
    // Not a byte of the body has been sent.
    call.flushHeaders();
    const [response] = (await once(call, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(404);
    call.destroy();
  });

  it('is not guessed, nor taken for a key', async () => {
    const token = tokenOf(await issue());
    const forged = token.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const wrong of [forged, 'voxup_x', bea.key]) {
      expectProblem(await status(wrong), 404, 'upload-link-not-found');
      expectProblem(await send(wrong, FORMATS.mp3()), 404, 'upload-link-not-found');
    }
    expectProblem(await server.request('/v1/me', { key: token }), 401, 'not-authenticated');
    expect((await status(token)).status).toBe(200);
  });

  it('is taken back by its member and by those who manage, and by nobody else', async () => {
    const revoke = (id: string, key: string): Promise<TestAnswer> =>
      server.request(`/v1/upload-links/${id}`, { method: 'DELETE', key });
    const cid = await newMember(server, server.key, 'analyst');
    const link = await issue();
    expectProblem(await revoke(link.id, cid.key), 404, 'upload-link-not-found');
    expect((await revoke(link.id, bea.key)).status).toBe(200);
    expectProblem(await status(tokenOf(link)), 410, 'upload-link-revoked');
    expectProblem(await send(tokenOf(link), FORMATS.mp3()), 410, 'upload-link-revoked');
    expect((await revoke((await issue()).id, server.key)).status).toBe(200);
  });

  it('is worth what its member may do', async () => {
    const dora = await newMember(server, server.key, 'analyst');
    const token = tokenOf(await issue(dora.key));
    const change = (method: string, rest: string, body: object): Promise<TestAnswer> =>
      server.request(`/v1/members/${dora.id}${rest}`, {
        ...{ method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      });
    await change('POST', '/block', {});
    expectProblem(await status(token), 403, 'upload-link-not-allowed');
    expectProblem(await send(token, longRecording(1, 705)), 403, 'upload-link-not-allowed');
    await change('POST', '/restore', {});
    await change('PATCH', '', { role: 'auditor' });
    expectProblem(await status(token), 403, 'upload-link-not-allowed');
    await change('PATCH', '', { role: 'analyst' });
    expect((await status(token)).status).toBe(200);
  });

  it('is made for reports and languages that there are, by keys that may upload', async () => {
    const ask = (body: object, key = bea.key): Promise<TestAnswer> =>
      server.request('/v1/upload-links', {
        ...{ method: 'POST', key, body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json' },
      });
    expectProblem(await ask({ reports: ['poem'] }), 422, 'unknown-report-type');
    expectProblem(await ask({ language: 'english' }), 400, 'invalid-request');
    const { apiKey } = await post<{ apiKey: string }>(server, bea.key, '/v1/keys', {
      scopes: ['recordings:read'],
    });
    expectProblem(await ask({}, apiKey), 403, 'scope-not-sufficient');
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const short = await post<{ apiKey: string }>(server, bea.key, '/v1/keys', { expiresAt });
    expect((await issue(short.apiKey)).expiresAt).toBe(expiresAt);
  });

  it('ends', async () => {
    await server.stop();
    Object.assign(server.env, { UPLOAD_LINK_HOURS: '0.0002', WRONG_KEYS_PER_MINUTE: '3' });
    await server.start();
    const token = tokenOf(await issue());
    await sleep(1_000);
    expectProblem(await status(token), 410, 'upload-link-expired');
    expectProblem(await send(token, FORMATS.mp3()), 410, 'upload-link-expired');
  });

  it('cannot be searched for', async () => {
    const guess = `voxup_${'0'.repeat(32)}_${'0'.repeat(64)}`;
    for (let wrong = 0; wrong < 3; wrong += 1) {
      expectProblem(await status(guess), 404, 'upload-link-not-found');
    }
    expectProblem(await status(guess), 429, 'too-many-requests');
    expectProblem(await send('voxup_x', FORMATS.mp3()), 429, 'too-many-requests');
    expect((await server.request('/v1/me', { key: bea.key })).status).toBe(200);
  });
});
