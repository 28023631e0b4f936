import { TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { acceptInvitation, newMember, post, TestMember, untilReadable } from '@test/server/workspace-fixture';
import { createVoxPersonaClient, Shapes } from '@voxpersona/client';
import { setTimeout as sleep } from 'node:timers/promises';

interface MadeKey {
  id: string;
  apiKey: string;
  position: string;
}

describe('members, invitations and keys', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
  });

  afterAll(() => fakes.close());

  const list = (key?: string): Promise<TestAnswer> =>
    server.request('/v1/recordings', key === undefined ? {} : { key });
  const send = (method: string, path: string, key: string, body?: unknown): Promise<TestAnswer> =>
    server.request(path, {
      ...{ method, key },
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  const expectProblem = ({ status, body }: TestAnswer, expected: number, name: string): void => {
    expect(body).toMatchObject({ status: expected, type: `urn:voxpersona:problem:${name}` });
    expect(status).toBe(expected);
  };
  const makeKey = async (by: string, wanted: object): Promise<MadeKey> => {
    const key = await post<MadeKey>(server, by, '/v1/keys', wanted);
    await server.request(`/v1/keys?after=${key.position}`, { key: by });
    return key;
  };

  describe('an invitation', () => {
    it('lets one person in, by its link', async () => {
      const client = createVoxPersonaClient(server.url, server.key);
      const { data } = await client.POST('/v1/invitations', { body: { role: 'analyst', validHours: 1 } });
      const invitation = data as Shapes['IssuedInvitation'];
      expect(invitation.link).toBe(`${server.url}/join#${invitation.token}`);
      const page = await server.request('/join', { key: null });
      expect(page.text).toContain('<script src="/join.js">');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
      const bea = await acceptInvitation(server, invitation.token, 'Bea');
      const { data: me } = await createVoxPersonaClient(server.url, bea.key).GET('/v1/me');
      expect(me).toMatchObject({ name: 'Bea', role: 'analyst', workspace: { name: 'owner' } });
      const again = { token: invitation.token, name: 'Eve' };
      expectProblem(await send('POST', '/v1/invitations/accept', '', again), 410, 'invitation-used');
      const { data: invitations } = await client.GET('/v1/invitations', {
        params: { query: { after: bea.position! } },
      });
      expect(invitations).toMatchObject({ invitations: [{ status: 'accepted', memberId: bea.id }] });
    });

    it('lets in once, however many come at the same time', async () => {
      const { token } = await post<{ token: string }>(server, server.key, '/v1/invitations', {
        role: 'auditor',
      });
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          send('POST', '/v1/invitations/accept', '', { token, name: `P${n}` }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410, 410, 410, 410, 410, 410]);
    });

    it('ends, is taken back, and is not guessed', async () => {
      const printed = await server.vox('members', 'invite', '--owner', 'owner', '--hours', '0.0001');
      const token = printed.split('\n')[0]!;
      await sleep(500);
      const accept = (shown: string): Promise<TestAnswer> =>
        send('POST', '/v1/invitations/accept', '', { token: shown, name: 'X' });
      expectProblem(await accept(token), 410, 'invitation-expired');
      const made = await post<{ id: string; token: string }>(
        ...[server, server.key, '/v1/invitations', { role: 'analyst' }],
      );
      const wrong = made.token.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      expectProblem(await accept(wrong), 404, 'invitation-not-found');
      expectProblem(await accept('voxinv_x'), 404, 'invitation-not-found');
      expect((await send('DELETE', `/v1/invitations/${made.id}`, server.key)).status).toBe(200);
      expectProblem(await accept(made.token), 410, 'invitation-revoked');
    });
  });

  describe('a key', () => {
    it('opens what its scopes name, and no more', async () => {
      const reading = await makeKey(server.key, { scopes: ['recordings:read'] });
      expect((await list(reading.apiKey)).status).toBe(200);
      expectProblem(await send('GET', '/v1/jobs', reading.apiKey), 403, 'scope-not-sufficient');
      // Nor may it help itself to more.
      expectProblem(await send('POST', '/v1/keys', reading.apiKey, {}), 403, 'scope-not-sufficient');
      const managing = await makeKey(server.key, { scopes: ['access:write'] });
      expectProblem(await send('POST', '/v1/keys', managing.apiKey, {}), 403, 'key-too-wide');
      const narrower = await send('POST', '/v1/keys', managing.apiKey, { scopes: ['access:write'] });
      expect(narrower.status).toBe(201);
    });

    it('is good at once', async () => {
      const { apiKey } = await post<MadeKey>(server, server.key, '/v1/keys', {});
      expect((await list(apiKey)).status).toBe(200);
    });

    it('expires', async () => {
      const expiresAt = new Date(Date.now() + 10_000).toISOString();
      const { apiKey } = await makeKey(server.key, { expiresAt });
      expect((await list(apiKey)).status).toBe(200);
      await sleep(Date.parse(expiresAt) - Date.now() + 50);
      expectProblem(await list(apiKey), 401, 'key-expired');
      const past = { expiresAt: '2020-01-01T00:00:00.000Z' };
      expectProblem(await send('POST', '/v1/keys', server.key, past), 400, 'invalid-request');
    });

    it('is rotated, and works on for as long as was asked', async () => {
      const old = await makeKey(server.key, { label: 'import', scopes: ['recordings:read', 'access:write'] });
      const rotate = (graceSeconds: number, key: string, id = old.id): Promise<TestAnswer> =>
        send('POST', `/v1/keys/${id}/rotate`, key, { graceSeconds });
      const { body } = await rotate(3_600, old.apiKey);
      const next = body as MadeKey & { replaces: { id: string } };
      expect(next.replaces.id).toBe(old.id);
      await untilReadable(server, next.apiKey, next.position);
      expect((await list(old.apiKey)).status).toBe(200);
      expect((await list(next.apiKey)).status).toBe(200);
      expectProblem(await rotate(0, next.apiKey), 409, 'key-not-active');
      const last = (await rotate(0, next.apiKey, next.id)).body as MadeKey;
      await untilReadable(server, last.apiKey, last.position);
      expectProblem(await list(next.apiKey), 401, 'key-expired');
      const { keys } = (await server.request(`/v1/keys?after=${last.position}`)).body as {
        keys: Shapes['ApiKey'][];
      };
      expect(keys.find(({ id }) => id === last.id)).toMatchObject({
        label: 'import',
        scopes: expect.any(Array),
      });
      expect(keys.find(({ id }) => id === next.id)).toMatchObject({ replacedBy: last.id });
    });

    it('is revoked at once', async () => {
      const key = await makeKey(server.key, {});
      expect((await list(key.apiKey)).status).toBe(200);
      await send('DELETE', `/v1/keys/${key.id}`, server.key);
      expectProblem(await list(key.apiKey), 401, 'key-revoked');
    });

    it('tells when it was last used', async () => {
      const key = await makeKey(server.key, {});
      const used = async (): Promise<string | null | undefined> => {
        const { keys } = (await server.request('/v1/keys')).body as { keys: Shapes['ApiKey'][] };
        return keys.find(({ id }) => id === key.id)?.lastUsedAt;
      };
      expect(await used()).toBeNull();
      await list(key.apiKey);
      for (let attempt = 0; attempt < 100 && (await used()) === null; attempt += 1) await sleep(20);
      expect(Date.parse((await used())!)).toBeGreaterThan(Date.now() - 60_000);
    });

    it('of the wrong shape is nobody’s', async () => {
      for (const header of [
        '',
        'Bearer',
        'Bearer x',
        'Basic eDp5',
        `Bearer ${server.key}x`,
        `Bearer ${'v'.repeat(9_000)}`,
      ]) {
        const answer = await server.request('/v1/me', { key: null, headers: { authorization: header } });
        expectProblem(answer, 401, 'not-authenticated');
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
    });
  });

  describe('a member', () => {
    let carl: TestMember;
    beforeAll(async () => {
      carl = await newMember(server, server.key, 'admin');
    });

    it('is kept out at once, and let in again', async () => {
      expect((await list(carl.key)).status).toBe(200);
      await send('POST', `/v1/members/${carl.id}/block`, server.key, {});
      expectProblem(await list(carl.key), 403, 'member-blocked');
      await send('POST', `/v1/members/${carl.id}/restore`, server.key, {});
      expect((await list(carl.key)).status).toBe(200);
    });

    it('makes no owner who is none', async () => {
      expectProblem(
        await send('POST', '/v1/invitations', carl.key, { role: 'owner' }),
        403,
        'role-not-sufficient',
      );
      expectProblem(
        await send('PATCH', `/v1/members/${carl.id}`, carl.key, { role: 'owner' }),
        403,
        'role-not-sufficient',
      );
    });

    it('leaves a trail where the workspace refuses', async () => {
      const { body } = await server.request('/v1/access/events?type=AccessDenied');
      const { events } = body as { events: Shapes['AccessEvent'][] };
      const mine = events.filter(({ actor }) => actor.id === carl.keyId).map(({ data }) => data);
      expect(mine).toContainEqual(
        expect.objectContaining({ route: 'POST /v1/invitations', reason: 'not_allowed', role: 'admin' }),
      );
    });

    it('cannot be the last owner and leave', async () => {
      const { memberId } = (await server.request('/v1/me')).body as { memberId: string };
      expectProblem(await send('DELETE', `/v1/members/${memberId}`, server.key), 409, 'last-owner');
      expectProblem(
        await send('PATCH', `/v1/members/${memberId}`, server.key, { role: 'auditor' }),
        409,
        'last-owner',
      );
      expectProblem(await send('POST', `/v1/members/${memberId}/block`, server.key, {}), 409, 'last-owner');
      const second = await newMember(server, server.key, 'owner');
      expect((await send('DELETE', `/v1/members/${second.id}`, second.key)).status).toBe(200);
      expectProblem(await list(second.key), 401, 'key-revoked');
    });

    it('has their name erased when they are removed with it', async () => {
      const { token } = await post<{ token: string }>(server, server.key, '/v1/invitations', {
        role: 'auditor',
      });
      const zoe = await acceptInvitation(server, token, 'Zoe Unmistakable');
      const { body } = await send('DELETE', `/v1/members/${zoe.id}?eraseName=true`, server.key);
      const { position } = body as { position: string };
      const members = await server.request(`/v1/members?after=${position}`);
      expect(members.text).not.toContain('Unmistakable');
      expect(members.body).toMatchObject({
        members: expect.arrayContaining([
          expect.objectContaining({ id: zoe.id, name: null, status: 'removed' }),
        ]),
      });
    });

    it('leaves a trail, with refusals', async () => {
      const dora = await newMember(server, server.key, 'auditor');
      expectProblem(
        await send('POST', '/v1/invitations', dora.key, { role: 'owner' }),
        403,
        'role-not-sufficient',
      );
      await send('PATCH', `/v1/members/${dora.id}`, server.key, { role: 'analyst' });
      for (let attempt = 0; ; attempt += 1) {
        const { text, body } = await server.request('/v1/access/events?limit=10');
        const { events } = body as { events: Shapes['AccessEvent'][] };
        const types = events.map(({ type }) => type);
        if (types[0] !== 'MemberRoleChanged' && attempt < 100) {
          await sleep(20);
          continue;
        }
        expect(types.slice(0, 2)).toEqual(['MemberRoleChanged', 'AccessDenied']);
        expect(events[1]).toMatchObject({
          actor: { kind: 'api-key', id: dora.keyId, member: dora.id },
          data: { memberId: dora.id, route: 'POST /v1/invitations', reason: 'role', role: 'auditor' },
        });
        expect(text).not.toMatch(/secretSha256|A new auditor/);
        return;
      }
    });
  });

  it('asks not more often than it may', async () => {
    const limited = new TestServer({
      env: { ...server.env, RATE_LIMIT_PER_MINUTE: '5', WRONG_KEYS_PER_MINUTE: '3' },
    });
    try {
      await limited.start();
      const answers = [];
      for (let n = 0; n < 7; n += 1) answers.push(await limited.request('/v1/me'));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect(answers[0]!.headers.get('ratelimit-remaining')).toBe('4');
      expectProblem(answers[6]!, 429, 'too-many-requests');
      expect(Number(answers[6]!.headers.get('retry-after'))).toBeGreaterThan(0);
      const guesses = [];
      for (let n = 0; n < 5; n += 1) guesses.push(await limited.request('/v1/me', { key: 'vox_00_00' }));
      expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    } finally {
      await limited.destroy();
    }
  });
});
