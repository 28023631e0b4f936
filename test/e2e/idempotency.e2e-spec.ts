import { INTERVIEW, longRecording } from '@test/audio/audio';
import { isFinished, TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';

describe('an idempotency key', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
  });

  afterAll(() => fakes.close());

  const send = (path: string, key: string, body: unknown): Promise<TestAnswer> =>
    server.request(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
  const upload = async (
    file: string,
    key: string,
    fields: Record<string, string> = {},
  ): Promise<TestAnswer> => {
    const form = new FormData();
    form.set('file', await openAsBlob(file), 'a.mp3');
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return server.request('/v1/recordings', {
      method: 'POST',
      body: form,
      headers: { 'idempotency-key': key },
    });
  };
  const expectProblem = ({ status, body }: TestAnswer, expected: number, name: string): void => {
    expect(body).toMatchObject({ status: expected, type: `urn:voxpersona:problem:${name}` });
    expect(status).toBe(expected);
  };
  const invitations = async (): Promise<number> => {
    const { body } = await server.request('/v1/access/events?type=InvitationIssued&limit=200');
    return (body as { events: unknown[] }).events.length;
  };

  it('gives the same answer again, and does nothing twice', async () => {
    const key = randomUUID();
    const first = await send('/v1/invitations', key, { role: 'analyst' });
    expect(first.status).toBe(201);
    const { position } = first.body as { position: string };
    const again = await send('/v1/invitations', key, { role: 'analyst' });
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).toBe(first.headers.get('x-request-id'));
    await server.request(`/v1/access/events?after=${position}`);
    expect(await invitations()).toBe(1);
    // Another body is another request.
    expectProblem(await send('/v1/invitations', key, { role: 'auditor' }), 422, 'idempotency-key-reused');
    expectProblem(await send('/v1/keys', key, {}), 422, 'idempotency-key-reused');
  });

  it('is the caller’s own', async () => {
    const bea = (await server.vox('keys', 'add', '--owner', 'Bea')).trim();
    const key = randomUUID();
    const mine = await send('/v1/invitations', key, { role: 'analyst' });
    let hers = await server.request('/v1/invitations', { key: bea });
    for (let attempt = 0; hers.status === 401 && attempt < 200; attempt += 1) {
      hers = await server.request('/v1/invitations', { key: bea });
    }
    const answer = await server.request('/v1/invitations', {
      ...{ method: 'POST', key: bea, body: '{"role":"analyst"}' },
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
    expect(answer.status).toBe(201);
    expect(answer.text).not.toContain((mine.body as { id: string }).id);
  });

  it('makes one of many requests at the same time', async () => {
    const key = randomUUID();
    const before = await invitations();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('/v1/invitations', key, { role: 'auditor' })),
    );
    const made = answers.filter(({ status }) => status === 201);
    for (const other of answers.filter(({ status }) => status !== 201)) {
      expectProblem(other, 409, 'idempotency-key-in-use');
      expect(other.headers.get('retry-after')).toBe('1');
    }
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    const { position } = made[0]!.body as { position: string };
    await server.request(`/v1/access/events?after=${position}`);
    expect(await invitations()).toBe(before + 1);
  });

  it('is free again after a request that came to nothing', async () => {
    const key = randomUUID();
    expectProblem(await send('/v1/invitations', key, { role: 'king' }), 400, 'invalid-request');
    expect((await send('/v1/invitations', key, { role: 'auditor' })).status).toBe(201);
    expectProblem(await send('/v1/invitations', 'a\tb', {}), 400, 'invalid-idempotency-key');
    expectProblem(await send('/v1/invitations', 'k'.repeat(256), {}), 400, 'invalid-idempotency-key');
  });

  it('tells uploads apart by their content', async () => {
    const key = randomUUID();
    const first = await upload(INTERVIEW, key);
    expect(first.status).toBe(202);
    const again = await upload(INTERVIEW, key);
    // 202 and no duplicate, as the first time: it is the same request.
    expect([again.status, again.body]).toEqual([202, first.body]);
    expectProblem(await upload(longRecording(2, 990), key), 422, 'idempotency-key-reused');
    expectProblem(await upload(INTERVIEW, key, { scenario: 'note' }), 422, 'idempotency-key-reused');
    const { id, position } = first.body as { id: string; position: string };
    await server.get(`/v1/recordings/${id}?after=${position}`);
    await server.recordingUntil(id, isFinished);
    const list = await server.get<{ recordings: unknown[] }>('/v1/recordings');
    expect(list.recordings).toHaveLength(1);
  });

  it('makes one of two uploads at the same time', async () => {
    const key = randomUUID();
    const file = longRecording(3, 991);
    const answers = await Promise.all([upload(file, key), upload(file, key)]);
    const made = answers.filter(({ status }) => status === 202);
    expect(made.length).toBeGreaterThan(0);
    for (const other of answers) {
      if (other.status === 202) expect(other.body).toEqual(made[0]!.body);
      else expectProblem(other, 409, 'idempotency-key-in-use');
    }
  });

  it('keeps nothing of an answer to a question', async () => {
    const key = randomUUID();
    const ask = (query: string): Promise<TestAnswer> => send('/v1/search', key, { query });
    const first = await ask('room');
    expect(first.status).toBe(200);
    expect((await ask('room')).body).toEqual(first.body);
    expectProblem(await ask('another room'), 422, 'idempotency-key-reused');
  });
});
