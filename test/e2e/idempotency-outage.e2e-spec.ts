import { longRecording } from '@test/audio/audio';
import { killBackend, killPostgres, untilDatabaseAnswers } from '@test/server/embedded-database';
import { withDatabaseOf } from '@test/server/dump-database';
import { TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { randomUUID } from 'node:crypto';
import { openAsBlob, readFileSync } from 'node:fs';
import { ClientRequest, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const CLIENTS = 8;
/** So many keys must have met a failure before the clients stop: fewer would prove little. */
const FAILED_KEYS = 8;
const RETRY_MS = 10;

/** What one client was answered under one key: it sends again only after it has its answer. */
type Answers = (number | 'no answer' | 'in use')[];

describe('An idempotency key', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
  });
  afterAll(() => fakes.close());

  const upload = async (key: string, seed: number): Promise<TestAnswer> => {
    const form = new FormData();
    form.set('file', await openAsBlob(longRecording(2, seed)), 'a.mp3');
    const headers = { 'idempotency-key': key };
    return server.request('/v1/recordings', { method: 'POST', body: form, headers });
  };
  const invite = (key: string): Promise<TestAnswer> =>
    server.request('/v1/invitations', {
      method: 'POST',
      body: '{"role":"analyst"}',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
  const isInUse = ({ body }: TestAnswer): boolean =>
    (body as { type?: string }).type === 'urn:voxpersona:problem:idempotency-key-in-use';

  /** Sends one request until its answer is final; to be told that its key is in use is. */
  async function sendUntilDone(send: (key: string) => Promise<TestAnswer>): Promise<Answers> {
    const key = randomUUID();
    const answers: Answers = [];
    for (;;) {
      const answer = await send(key).catch(() => undefined);
      answers.push(answer && isInUse(answer) ? 'in use' : (answer?.status ?? 'no answer'));
      if (answer && answer.status < 500) return answers;
      if (server.pid === undefined) throw new Error(`The server has ended:\n${server.output}`);
      await sleep(RETRY_MS);
    }
  }

  /** Clients send request after request while the database fails again and again. */
  async function underOutages(fail: (dataFolder: string) => Promise<void>): Promise<Answers[]> {
    const all: Answers[] = [];
    let isOver = false;
    const client = async (number: number): Promise<void> => {
      for (let n = 0; !isOver; n += 1) {
        // Few recordings, sent again and again under new keys: what is tested is the key.
        all.push(await sendUntilDone((key) => (n % 2 ? upload(key, 3_000 + number) : invite(key))));
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
    while (all.filter((answers) => answers.length > 1).length < FAILED_KEYS) {
      await sleep(200);
      const returns = countReturns();
      await fail(server.dataFolder);
      await untilDatabaseAnswers(server.dataFolder);
      while (countReturns() === returns) await sleep(10);
    }
    isOver = true;
    await clients;
    return all;
  }

  /** How often the server has said that its database is there again. */
  function countReturns(): number {
    return server.output.split('The database is back').length;
  }

  it.each([
    ['lost a backend, and with it every connection', killBackend],
    ['was gone', killPostgres],
  ])('is free for the next try when PostgreSQL %s', async (_name, fail) => {
    const all = await underOutages(fail);
    expect(all.filter((answers) => answers.includes('in use'))).toEqual([]);
  });

  it('is in use as long as its upload goes on, and free as soon as the server was killed', async () => {
    const key = randomUUID();
    const half = beginUpload(server, key, 4_000);
    await untilUnderWay(server);
    const meanwhile = await upload(key, 4_000);
    expect(isInUse(meanwhile)).toBe(true);
    expect(meanwhile.headers.get('retry-after')).toBe('1');
    await server.kill();
    half.destroy();
    await server.start();
    expect((await upload(key, 4_000)).status).toBe(202);
  });

  it('is free as soon as its client has gone away in the middle of an upload', async () => {
    const key = randomUUID();
    const half = beginUpload(server, key, 4_001);
    await untilUnderWay(server);
    half.destroy();
    await untilNothingUnderWay(server);
    expect((await upload(key, 4_001)).status).toBe(202);
  });
});

/** Sends an upload without its end. */
function beginUpload(server: TestServer, key: string, seed: number): ClientRequest {
  const file = readFileSync(longRecording(2, seed));
  const call = httpRequest(`${server.url}/v1/recordings`, {
    method: 'POST',
    agent: false,
    headers: {
      authorization: `Bearer ${server.key}`,
      'idempotency-key': key,
      'content-type': 'multipart/form-data; boundary=b',
    },
  });
  call.on('error', () => undefined);
  call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n');
  call.write(file.subarray(0, file.length / 2));
  return call;
}

async function countUnderWay(server: TestServer): Promise<number> {
  return withDatabaseOf(server.dataFolder, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM idempotent_requests WHERE answer IS NULL',
    );
    return Number(rows[0]!.count);
  });
}

async function untilUnderWay(server: TestServer): Promise<void> {
  while ((await countUnderWay(server)) === 0) await sleep(10);
}

async function untilNothingUnderWay(server: TestServer): Promise<void> {
  while ((await countUnderWay(server)) > 0) await sleep(10);
}
