import { FORMATS } from '@test/audio/audio';
import { malformed } from '@test/fuzz/mutate';
import { RawUpload, strangeUpload } from '@test/fuzz/multipart';
import { fuzzSeed, ofCase } from '@test/fuzz/random';
import { RawAnswer, rawRequest } from '@test/fuzz/raw-request';
import { proofSize } from '@test/proof-size';
import { TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROBLEMS } from '../../apps/api/src/http/problems';

const CASES = proofSize({ short: 150, full: 1_000 });
const AT_ONCE = 4;

describe(`${CASES} malformed uploads`, () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  const seed = fuzzSeed();
  const files = Object.values(FORMATS).map((make) => readFileSync(make()));

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
  });

  afterAll(() => fakes.close());

  it(`are refused or taken, never an error of ours (seed ${seed})`, async () => {
    const statuses = new Map<string, number>();
    const pid = server.pid;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < CASES; index = next++) {
        const answer = await send(index);
        const status = String(answer.status);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.stdout.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
    expect(server.pid).toBe(pid);
    expect((await server.request('/health/ready')).status).toBe(200);
  }, 900_000);

  it('leave no object behind that belongs to no recording', async () => {
    const known = new Set<string>();
    let cursor = '';
    do {
      const page = await server.get<{ recordings: { id: string }[]; next: string | null }>(
        `/v1/recordings?limit=200${cursor}`,
      );
      for (const { id } of page.recordings) known.add(id);
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    const objects = join(server.dataFolder, 'objects');
    const strays = (): string[] => {
      const folder = join(objects, 'recordings');
      return (existsSync(folder) ? readdirSync(folder) : []).filter((id) => !known.has(id));
    };
    // What a client broke off may just be being tidied up.
    for (let attempt = 0; attempt < 100 && strays().length > 0; attempt += 1) await sleep(50);
    expect(strays()).toEqual([]);
    const incoming = join(objects, '.incoming');
    expect(existsSync(incoming) ? readdirSync(incoming) : []).toEqual([]);
  });

  async function send(index: number): Promise<RawAnswer> {
    const random = ofCase(seed, index);
    const { what, bytes } = malformed(random, files);
    const upload = strangeUpload(random, bytes);
    const headers = { authorization: `Bearer ${server.key}`, ...upload.headers };
    const asked = { method: 'POST', path: '/v1/recordings', headers, body: upload.body };
    const answer = await rawRequest(server.url, {
      ...asked,
      ...(upload.breaksHttp && { patienceMs: 1_500 }),
    });
    const fault = faultOf(answer, upload);
    if (fault !== undefined) {
      throw new Error(`FUZZ_SEED=${seed}, case ${index} (${what}; ${upload.what}): ${fault}\n${answer.text}`);
    }
    return answer;
  }
});

function faultOf({ status, headers, text }: RawAnswer, { breaksHttp }: RawUpload): string | undefined {
  if (status === null) return breaksHttp ? undefined : 'the connection was closed without an answer';
  if (status >= 500) return `status ${status}`;
  if (status < 400) return undefined;
  // What Node's own parser refuses never reaches us.
  if (breaksHttp && status === 400 && text === '') return undefined;
  if (!headers['content-type']?.includes('application/problem+json'))
    return `status ${status} without problem details`;
  const { type } = JSON.parse(text) as { type: string };
  const name = type.replace('urn:voxpersona:problem:', '');
  return Object.hasOwn(PROBLEMS, name) ? undefined : `an unknown problem ${type}`;
}
