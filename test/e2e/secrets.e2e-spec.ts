import { longRecording } from '@test/audio/audio';
import { dumpDatabase } from '@test/server/dump-database';
import { isFinished, TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const OPENAI = `sk-${randomBytes(16).toString('hex')}`;
const ANTHROPIC = `sk-ant-${randomBytes(16).toString('hex')}`;
const METRICS = randomBytes(16).toString('hex');
const MASTER = randomBytes(32).toString('base64');

/** Where a secret is at home. */
const HOMES = ['first-api-key', 'master-key', 'database-password'];

describe('secrets', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  /** Of all answers that are not meant to show one. */
  const answers: string[] = [];
  /** By what they are. */
  const secrets = new Map<string, string>([
    ['key of OpenAI', OPENAI],
    ['key of Anthropic', ANTHROPIC],
    ['metrics token', METRICS],
    ['master key', MASTER],
  ]);

  beforeAll(async () => {
    fakes = await serverWithFakes({
      env: {
        OPENAI_API_KEY: OPENAI,
        ANTHROPIC_API_KEY: ANTHROPIC,
        METRICS_TOKEN: METRICS,
        VOXPERSONA_MASTER_KEY: MASTER,
        LOG_LEVEL: 'debug',
      },
    });
    ({ server } = fakes);
    await server.start();
    await useEverySecret();
  });

  afterAll(() => fakes.close());

  async function ask(path: string, init: Parameters<TestServer['request']>[1] = {}): Promise<TestAnswer> {
    const answer = await server.request(path, init);
    answers.push(JSON.stringify([...answer.headers]), answer.text);
    return answer;
  }

  /** An answer that shows a secret once; with an Idempotency-Key, so that it is kept too. */
  async function shown<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const init = { method: 'POST', body: JSON.stringify(body), headers };
    await server.request(path, init);
    return (await server.request(path, init)).body as T;
  }

  const secretOf = (key: string): string => key.split('_').at(-1)!;

  async function useEverySecret(): Promise<void> {
    const { apiKey } = await shown<{ apiKey: string }>('/v1/keys', { label: 'x' });
    secrets.set('an API key', secretOf(apiKey));
    const { token } = await shown<{ token: string }>('/v1/invitations', { role: 'analyst' });
    secrets.set('an invitation', secretOf(token));
    const link = await shown<{ url: string }>('/v1/upload-links', {});
    secrets.set('an upload link', secretOf(link.url));
    const accepted = await shown<{ apiKey: string }>('/v1/invitations/accept', { token, name: 'Bea' });
    secrets.set('the key of an invited member', secretOf(accepted.apiKey));
    secrets.set(
      'a key made by the operator',
      secretOf((await server.vox('keys', 'add', '--owner', 'Cid')).trim()),
    );
    // Providers that say the key back to us, as some do.
    const echo = (key: string) => ({
      kind: 'status' as const,
      status: 500,
      body: {
        error: {
          type: 'server_error',
          message: `Incorrect API key provided: ${key}`,
          headers: `Bearer ${key}`,
        },
      },
      headers: { 'x-echo': key },
    });
    fakes.openai.failNext(echo(OPENAI), echo(OPENAI));
    fakes.anthropic.failNext(echo(ANTHROPIC), echo(ANTHROPIC));
    const id = await server.uploaded(longRecording(5, 930));
    await server.recordingUntil(id, isFinished);
    for (const path of ['', '/events', '/transcript', '/details']) await ask(`/v1/recordings/${id}${path}`);
    for (const path of ['/v1/jobs?state=done', '/v1/keys', '/v1/invitations', '/v1/members', '/v1/me'])
      await ask(path);
    await ask('/v1/access/events?limit=200');
    await ask('/health/ready', { key: null });
    await ask('/metrics', { key: METRICS });
    await ask('/metrics', { key: apiKey });
    // Secrets where they do not belong.
    for (const secret of secrets.values()) {
      const there = encodeURIComponent(secret);
      await ask(`/v1/me`, { key: `vox_${secret}_00` });
      await ask(`/v1/keys/${there}`, { method: 'DELETE' });
    }
    await ask('/v1/invitations/accept', {
      ...{ method: 'POST', key: null, headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ token, name: 'Eve' }),
    });
    const headers = { authorization: `Upload ${link.url.split('#')[1]}` };
    await ask('/v1/upload-links/status', { method: 'POST', key: null, headers });
    await server.stop();
    await server.start();
  }

  /** As it is, and as it may hide. */
  function formsOf(secret: string): string[] {
    const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
    return [secret, encodeURIComponent(secret), base64, Buffer.from(secret).toString('hex')];
  }

  function expectNoneIn(text: string, where: string): void {
    for (const [what, secret] of secrets) {
      for (const form of formsOf(secret)) {
        if (text.includes(form)) throw new Error(`${what} is in ${where}`);
      }
    }
  }

  it('are in no line that the server writes', () => {
    expectNoneIn(server.output, 'the output');
    // The first key is shown, once.
    expect(server.output.split(secretOf(server.key)).length - 1).toBe(1);
  });

  it('are in no answer but the one that shows them', () => {
    expect(answers.length).toBeGreaterThan(40);
    for (const answer of answers) expectNoneIn(answer, `the answer ${answer.slice(0, 200)}`);
  });

  it('are in no table', async () => {
    const dump = await dumpDatabase(server.dataFolder);
    expect(dump.length).toBeGreaterThan(10_000);
    expectNoneIn(dump, 'the database');
    expect(dump).not.toContain(secretOf(server.key));
  });

  it('are in no file but their own', () => {
    const files = readdirSync(server.dataFolder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(server.dataFolder, name))
      .filter((file) => statSync(file).isFile() && !HOMES.includes(file.split('/').at(-1)!));
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) expectNoneIn(readFileSync(file).toString('latin1'), file);
  });
});
