import { fuzzSeed, ofCase } from '@test/fuzz/random';
import { RawAnswer, rawRequest } from '@test/fuzz/raw-request';
import { ApiDocument, StrangeRequest, strangeRequest } from '@test/fuzz/requests';
import { proofSize } from '@test/proof-size';
import { TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { PROBLEMS } from '../../apps/api/src/http/problems';

const CASES = proofSize({ short: 400, full: 2_000 });
const AT_ONCE = 4;

describe(`${CASES} wrong requests`, () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  let api: ApiDocument;
  const seed = fuzzSeed();
  const faults: string[] = [];

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
    api = await server.get<ApiDocument>('/docs/openapi.json');
  });

  afterAll(() => fakes.close());

  it(`get an answer that the description knows, never an error of ours (seed ${seed})`, async () => {
    const statuses = new Map<string, number>();
    const pid = server.pid;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < CASES; index = next++) {
        const status = String((await send(index)).status);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.stdout.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
    expect(faults).toEqual([]);
    expect(server.pid).toBe(pid);
    expect((await server.request('/health/ready')).status).toBe(200);
    // Whatever was asked, the founder still is who they were.
    expect((await server.request('/v1/me')).body).toMatchObject({ role: 'owner', scopes: null });
    expect(server.output).not.toMatch(/\bERROR\b/);
  }, 900_000);

  async function send(index: number): Promise<RawAnswer> {
    const random = ofCase(seed, index);
    const request = strangeRequest(random, api);
    const key = random.chance(0.9) ? { authorization: `Bearer ${server.key}` } : {};
    // A body whose length nobody tells would be read as the next request.
    const isChunked = request.headers['transfer-encoding'] !== undefined;
    const length = request.body && !isChunked ? { 'content-length': String(request.body.length) } : {};
    const headers = { ...request.headers, ...length, ...key };
    const answer = await rawRequest(server.url, { ...request, headers });
    const fault = faultOf(answer, request, api);
    if (fault !== undefined) {
      const { method, path, headers, body } = request;
      const what = `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 500)} ${body?.toString().slice(0, 300) ?? ''}`;
      faults.push(`FUZZ_SEED=${seed}, case ${index}: ${fault}\n${what}\n${answer.text.slice(0, 500)}`);
    }
    return answer;
  }
});

function faultOf(
  { status, headers, text }: RawAnswer,
  request: StrangeRequest,
  api: ApiDocument,
): string | undefined {
  if (status === null) return 'the connection was closed without an answer';
  if (status >= 500) return `status ${status}`;
  if (headers['x-request-id'] === undefined) return 'no request id';
  if (status < 400) return undefined;
  if (!headers['content-type']?.includes('application/problem+json'))
    return `status ${status} without problem details`;
  const { type } = JSON.parse(text) as { type: string };
  const name = type.replace('urn:voxpersona:problem:', '');
  if (!Object.hasOwn(PROBLEMS, name)) return `an unknown problem ${type}`;
  const [method = '', template = ''] = request.operation.split(' ');
  if (request.method !== method) return undefined;
  const documented = api.paths[template]?.[method.toLowerCase()]?.responses[String(status)];
  const names = Object.keys(documented?.content?.['application/problem+json']?.examples ?? {});
  // An id that makes another address of it, and an address that cannot be read at all, belong to no operation.
  if (name === 'not-found' || (name === 'invalid-request' && request.path.includes('%'))) return undefined;
  // A body where none is asked for, which cannot be read either.
  const uncalledFor = request.body !== undefined && !api.paths[template]?.[method.toLowerCase()]?.requestBody;
  if (uncalledFor && ['not-json', 'invalid-request', 'too-large'].includes(name)) return undefined;
  return names.includes(name)
    ? undefined
    : `${name} is not described for ${request.operation}: ${names.join(', ')}`;
}
