import { TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { connect } from 'node:net';

const PAGE = 'https://app.example.com';

describe('the edge of the server', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    fakes = await serverWithFakes({ env: { CORS_ORIGINS: PAGE } });
    ({ server } = fakes);
    await server.start();
  });

  afterAll(() => fakes.close());

  it('says to browsers what they may do with its answers', async () => {
    for (const path of ['/v1/me', '/health/live', '/join', '/send', '/docs', '/v1/nothing']) {
      const { headers } = await server.request(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect((await server.request('/v1/me')).headers.get('cache-control')).toBe('private, no-cache');
  });

  it('lets in the pages that it was told, and no others', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${server.url}/v1/recordings`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      });
    const allowed = await preflight(PAGE);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    for (const origin of ['https://evil.example.com', 'null', `${PAGE}.evil.example.com`]) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('takes no body that is too large, too deep or no text', async () => {
    const search = (body: string, type = 'application/json') =>
      server.request('/v1/search', { method: 'POST', body, headers: { 'content-type': type } });
    const type = (name: string): unknown =>
      expect.objectContaining({ type: `urn:voxpersona:problem:${name}` });
    expect((await search(JSON.stringify({ query: 'x'.repeat(1_100_000) }))).body).toEqual(type('too-large'));
    expect((await search(`{"query":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)).body).toEqual(
      type('invalid-request'),
    );
    expect((await search('{"query":"x"}', 'application/json; charset=koi8-r')).body).toEqual(
      type('not-json'),
    );
    expect((await search('{"query":"x"', 'application/json')).body).toEqual(type('invalid-request'));
    expect((await search('query=x', 'application/x-www-form-urlencoded')).body).toEqual(type('not-json'));
  });

  it('makes links of no address that a client gives', async () => {
    const { port } = new URL(server.url);
    const answer = await raw(
      Number(port),
      `POST /v1/invitations HTTP/1.1\r\nHost: evil.example.com\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 18\r\nConnection: close\r\n\r\n{"role":"analyst"}`,
    );
    expect(answer).toContain('201 Created');
    expect(answer).toContain(`"link":"http://127.0.0.1:${port}/join#`);
    expect(answer).not.toContain('evil.example.com');
  });

  it('answers what is no HTTP with a refusal, and lives', async () => {
    const { port } = new URL(server.url);
    expect(await raw(Number(port), 'NONSENSE\r\n\r\n')).toContain('400 Bad Request');
    expect(await raw(Number(port), `GET /v1/me HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toContain(
      '431',
    );
    expect((await server.request('/v1/me')).status).toBe(200);
  });

  function raw(port: number, request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.on('data', (bytes) => (answer += bytes.toString()));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
});
