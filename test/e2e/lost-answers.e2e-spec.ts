import { withDatabaseOf } from '@test/server/dump-database';
import { TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { acceptInvitation, post } from '@test/server/workspace-fixture';
import { randomUUID } from 'node:crypto';

interface Sent {
  path: string;
  key: string | null;
  name: string;
  body: object;
}

describe('a secret whose answer was lost', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  const logged = async (type: string, after: string): Promise<number> => {
    const query = `type=${type}&limit=200&after=${after}`;
    return (await server.get<{ events: unknown[] }>(`/v1/access/events?${query}`)).events.length;
  };
  const send = async ({ path, key, name, body }: Sent): Promise<Record<string, unknown>> => {
    const answer = await server.request(path, {
      ...{ method: 'POST', key, body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', 'idempotency-key': name },
    });
    expect([path, answer.status]).toEqual([path, 201]);
    expect(answer.headers.get('idempotent-replayed')).toBeNull();
    // Where the log ends has changed since; what was made has not.
    const { position: _, ...made } = answer.body as Record<string, unknown>;
    return made;
  };

  beforeAll(async () => {
    // Links must not differ by the port of each start.
    fakes = await serverWithFakes({ env: { PUBLIC_URL: 'https://vox.example.com' } });
    ({ server } = fakes);
    await server.start();
  });
  afterAll(() => fakes.close());

  it('is given again to the same request, by a process that never had it', async () => {
    const rotated = await post<{ id: string }>(server, server.key, '/v1/keys', { label: 'old' });
    const { token } = await post<{ token: string }>(server, server.key, '/v1/invitations', {
      role: 'analyst',
    });
    const sent = (path: string, body: object, key: string | null = server.key): Sent => ({
      ...{ path, key, body },
      name: randomUUID(),
    });
    const requests = [
      sent('/v1/keys', { label: 'import' }),
      sent(`/v1/keys/${rotated.id}/rotate`, { graceSeconds: 60 }),
      sent('/v1/invitations', { role: 'auditor' }),
      sent('/v1/invitations/accept', { token, name: 'Bea' }, null),
      sent('/v1/upload-links', {}),
      sent('/v1/me/telegram-code', {}),
    ];
    const before: unknown[] = [];
    for (const request of requests) before.push(await send(request));
    // As if the process had died after the appends, before it could keep and send its answers.
    await withDatabaseOf(server.dataFolder, (client) => client.query('DELETE FROM idempotent_requests'));
    await server.kill();
    await server.start();
    const again = await Promise.all(requests.map(send));
    expect(again).toEqual(before);

    const [issued, replacement, invited, accepted, link] = again;
    for (const { apiKey } of [issued!, replacement!, accepted!])
      expect((await server.request('/v1/me', { key: String(apiKey) })).status).toBe(200);
    const { position } = await acceptInvitation(server, String(invited!.token), 'Cid');
    const [, uploadToken] = String(link!.url).split('#');
    const status = await server.request('/v1/upload-links/status', {
      ...{ method: 'POST', key: null, headers: { authorization: `Upload ${uploadToken}` } },
    });
    expect(status.status).toBe(200);
    expect(await logged('ApiKeyRotated', position!)).toBe(1);
    expect(await logged('MemberJoined', position!)).toBe(2);
  });

  it('is printed again by the command line, for the same request', async () => {
    const request = randomUUID();
    const add = (...options: string[]): Promise<string> =>
      server.vox('keys', 'add', '--owner', 'Dora', ...options);
    const key = await add('--request', request);
    expect(await add('--request', request)).toBe(key);
    expect(await add()).not.toBe(key);
    await expect(add('--request', 'the one before')).rejects.toThrow(
      'the id that the earlier attempt printed',
    );
  });
});
