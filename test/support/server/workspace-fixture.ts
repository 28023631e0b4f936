import { Role, ROLES } from '@voxpersona/domain';
import { TestServer } from './test-server';

export interface TestMember {
  id: string;
  key: string;
  keyId: string;
  /** Of what made them a member. */
  position?: string;
}

/** POST of JSON with a member's key. @throws Error for anything but a success */
export async function post<T>(
  server: TestServer,
  key: string | null,
  path: string,
  body: unknown,
): Promise<T> {
  const answer = await server.request(path, {
    ...{ method: 'POST', key, body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return answer.body as T;
}

/** Invites somebody with the key of one who may, and accepts in their name. */
export async function newMember(server: TestServer, by: string, role: Role): Promise<TestMember> {
  const { token } = await post<{ token: string }>(server, by, '/v1/invitations', { role });
  return acceptInvitation(server, token, `A new ${role}`);
}

export async function acceptInvitation(server: TestServer, token: string, name: string): Promise<TestMember> {
  const accepted = await post<{ memberId: string; keyId: string; apiKey: string; position: string }>(
    ...[server, null, '/v1/invitations/accept', { token, name }],
  );
  const { memberId: id, keyId, apiKey: key, position } = accepted;
  await untilReadable(server, key, position);
  return { id, key, keyId, position };
}

/** A new key lets in once the read model knows which workspace it belongs to. */
export async function untilReadable(server: TestServer, key: string, position: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const { status } = await server.request(`/v1/keys?after=${position}`, { key });
    if (status !== 401) return;
    if (attempt > 200) throw new Error('The new key is not known in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One member of every role, in the workspace whose owner's key is given. */
export async function staff(server: TestServer, ownerKey: string): Promise<Record<Role, TestMember>> {
  const me = await server.request('/v1/me', { key: ownerKey });
  const { memberId, keyId } = me.body as { memberId: string; keyId: string };
  const members: Partial<Record<Role, TestMember>> = { owner: { id: memberId, key: ownerKey, keyId } };
  for (const role of ROLES) {
    if (role !== 'owner') members[role] = await newMember(server, ownerKey, role);
  }
  return members as Record<Role, TestMember>;
}
