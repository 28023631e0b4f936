import { longRecording } from '@test/audio/audio';
import { isFinished, TestAnswer, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { newMember, post, staff, TestMember } from '@test/server/workspace-fixture';
import { Role, ROLES } from '@voxpersona/domain';
import { PUBLIC, ROUTE_RIGHTS } from '../../apps/api/src/auth/route-rights';

let sound = 900;
/** Audio that nobody has sent yet. */
const someSpeech = (): string => longRecording(2, (sound += 1));

/** A workspace with one member of every role, and something in it. */
interface World {
  members: Record<Role, TestMember>;
  recording: string;
  report: string;
  job: string;
  /** A batch of which all is through. */
  batch: string;
  /** A word that is spoken in its recording and nowhere else. */
  secret: string;
}

interface Call {
  path: string;
  body?: unknown;
}

const REPROCESSING = { what: { kind: 'report', reportType: 'summary' } };

/** How each route is called about things of a world; what would be used up is made anew for each call. */
type Calls = Record<string, (world: World, server: TestServer) => Promise<Call> | Call>;

const recordingRoute =
  (rest = '', body?: unknown) =>
  ({ recording }: World): Call => ({
    path: `/v1/recordings/${recording}${rest}`,
    ...(body !== undefined && { body }),
  });

const spare = (server: TestServer, { members }: World): Promise<TestMember> =>
  newMember(server, members.owner.key, 'analyst');

const CALLS: Calls = {
  'POST /v1/recordings': () => ({ path: '/v1/recordings', body: 'form' }),
  'GET /v1/recordings': () => ({ path: '/v1/recordings' }),
  'GET /v1/recordings/:id': recordingRoute(),
  'DELETE /v1/recordings/:id': async ({ members }, server) => {
    const { body } = await server.upload(someSpeech(), { reports: '' }, { key: members.owner.key });
    const { id, position } = body as { id: string; position: string };
    await server.request(`/v1/recordings/${id}?after=${position}`, { key: members.owner.key });
    return { path: `/v1/recordings/${id}` };
  },
  'GET /v1/recordings/:id/audio': recordingRoute('/audio'),
  'GET /v1/recordings/:id/listening-copy': recordingRoute('/listening-copy'),
  'GET /v1/recordings/:id/peaks': recordingRoute('/peaks'),
  'GET /v1/recordings/:id/transcript': recordingRoute('/transcript'),
  'GET /v1/recordings/:id/details': recordingRoute('/details'),
  'PATCH /v1/recordings/:id/details': recordingRoute('/details', { city: 'Bonn' }),
  'GET /v1/places': () => ({ path: '/v1/places' }),
  'GET /v1/people': () => ({ path: '/v1/people' }),
  'GET /v1/recordings/:id/events': recordingRoute('/events'),
  'GET /v1/recordings/:id/progress': recordingRoute('/progress'),
  'POST /v1/recordings/:id/retry': recordingRoute('/retry', {}),
  'POST /v1/recordings/:id/retranscribe': recordingRoute('/retranscribe', {}),
  'POST /v1/recordings/:id/cancel': recordingRoute('/cancel', {}),
  'POST /v1/recordings/:id/reports': recordingRoute('/reports', { type: 'summary' }),
  'GET /v1/reports/:id': ({ report }) => ({ path: `/v1/reports/${report}` }),
  'GET /v1/reports/:id/compare/:other': ({ report }) => ({ path: `/v1/reports/${report}/compare/${report}` }),
  'POST /v1/reprocessings/forecast': () => ({ path: '/v1/reprocessings/forecast', body: REPROCESSING }),
  'POST /v1/reprocessings': () => ({ path: '/v1/reprocessings', body: REPROCESSING }),
  'GET /v1/reprocessings': () => ({ path: '/v1/reprocessings' }),
  'GET /v1/reprocessings/:id': ({ batch }) => ({ path: `/v1/reprocessings/${batch}` }),
  ...Object.fromEntries(
    ['pause', 'resume', 'cancel', 'accept', 'reject'].map((what) => [
      `POST /v1/reprocessings/:id/${what}`,
      ({ batch }: World) => ({ path: `/v1/reprocessings/${batch}/${what}`, body: {} }),
    ]),
  ),
  ...Object.fromEntries(
    ['accept', 'reject'].map((what) => [
      `POST /v1/reprocessings/:id/items/:recordingId/${what}`,
      ({ batch, recording }: World) => ({
        ...{ path: `/v1/reprocessings/${batch}/items/${recording}/${what}`, body: {} },
      }),
    ]),
  ),
  'POST /v1/search': ({ secret }) => ({ path: '/v1/search', body: { query: secret } }),
  'POST /v1/upload-links': () => ({ path: '/v1/upload-links', body: {} }),
  'DELETE /v1/upload-links/:id': async ({ members }, server) => {
    const { id } = await post<{ id: string }>(server, members.owner.key, '/v1/upload-links', {});
    return { path: `/v1/upload-links/${id}` };
  },
  'POST /v1/upload-links/status': () => ({ path: '/v1/upload-links/status', body: {} }),
  'POST /v1/upload-links/use': () => ({ path: '/v1/upload-links/use', body: 'form' }),
  'GET /v1/events/stream': () => ({ path: '/v1/events/stream' }),
  'GET /v1/events': () => ({ path: '/v1/events' }),
  'GET /v1/events/:id': async ({ members, recording }, server) => {
    const { events } = await server.get<{ events: { id: string }[] }>(
      `/v1/recordings/${recording}/events`,
      members.owner.key,
    );
    return { path: `/v1/events/${events[0]?.id}` };
  },
  'GET /v1/jobs': () => ({ path: '/v1/jobs?state=done' }),
  'GET /v1/jobs/:id': ({ job }) => ({ path: `/v1/jobs/${job}` }),
  'POST /v1/jobs/:id/retry': ({ job }) => ({ path: `/v1/jobs/${job}/retry`, body: {} }),
  'POST /v1/jobs/:id/cancel': ({ job }) => ({ path: `/v1/jobs/${job}/cancel`, body: {} }),
  'GET /v1/me': () => ({ path: '/v1/me' }),
  'GET /v1/workspace': () => ({ path: '/v1/workspace' }),
  'PATCH /v1/workspace': () => ({ path: '/v1/workspace', body: { name: 'Another name' } }),
  'GET /v1/members': () => ({ path: '/v1/members' }),
  'PATCH /v1/members/:id': async (world, server) => ({
    ...{ path: `/v1/members/${(await spare(server, world)).id}`, body: { role: 'auditor' } },
  }),
  'POST /v1/members/:id/block': async (world, server) => ({
    ...{ path: `/v1/members/${(await spare(server, world)).id}/block`, body: {} },
  }),
  'POST /v1/members/:id/restore': async (world, server) => ({
    ...{ path: `/v1/members/${(await spare(server, world)).id}/restore`, body: {} },
  }),
  'DELETE /v1/members/:id': async (world, server) => ({
    path: `/v1/members/${(await spare(server, world)).id}`,
  }),
  'GET /v1/invitations': () => ({ path: '/v1/invitations' }),
  'POST /v1/invitations': () => ({ path: '/v1/invitations', body: { role: 'analyst' } }),
  'DELETE /v1/invitations/:id': async ({ members }, server) => {
    const { id } = await post<{ id: string }>(server, members.owner.key, '/v1/invitations', {
      role: 'analyst',
    });
    return { path: `/v1/invitations/${id}` };
  },
  'POST /v1/invitations/accept': () => ({ path: '/v1/invitations/accept', body: { token: 'x', name: 'x' } }),
  'GET /v1/keys': () => ({ path: '/v1/keys' }),
  'POST /v1/keys': () => ({ path: '/v1/keys', body: { label: 'x' } }),
  'POST /v1/keys/:id/rotate': async (world, server) => ({
    ...{ path: `/v1/keys/${(await spare(server, world)).keyId}/rotate`, body: {} },
  }),
  'DELETE /v1/keys/:id': async (world, server) => ({
    path: `/v1/keys/${(await spare(server, world)).keyId}`,
  }),
  'GET /v1/access/events': () => ({ path: '/v1/access/events' }),
  'POST /v1/me/telegram-code': () => ({ path: '/v1/me/telegram-code', body: {} }),
  'POST /telegram/webhook': () => ({ path: '/telegram/webhook', body: { update_id: 1 } }),
  'GET /join': () => ({ path: '/join' }),
  'GET /join.js': () => ({ path: '/join.js' }),
  'GET /send': () => ({ path: '/send' }),
  'GET /send.js': () => ({ path: '/send.js' }),
  'GET /health/live': () => ({ path: '/health/live' }),
  'GET /health/ready': () => ({ path: '/health/ready' }),
  'GET /v1/projections': () => ({ path: '/v1/projections' }),
  ...Object.fromEntries(
    ['rebuild', 'rollback', 'pause', 'resume', 'accept', 'cancel'].map((what) => [
      `POST /v1/projections/:name/${what}`,
      () => ({ path: `/v1/projections/reports/${what}`, body: {} }),
    ]),
  ),
  'POST /v1/audit/verify': () => ({ path: '/v1/audit/verify', body: {} }),
  'POST /v1/audit/seal': () => ({ path: '/v1/audit/seal', body: {} }),
  'GET /metrics': () => ({ path: '/metrics' }),
};

/**
 * Where a role that may call the route is still refused, by the workspace itself: an answer other than success and the
 * usual "not now" of things that are finished.
 */
const REFUSED_BY_THE_WORKSPACE: Readonly<Record<string, Partial<Record<Role, number>>>> = {
  // Everybody may leave; to remove somebody else takes a manager.
  'DELETE /v1/members/:id': { analyst: 403, auditor: 403 },
  // Others' links are not there for whoever does not manage.
  'DELETE /v1/upload-links/:id': { analyst: 404 },
  // Others' keys are not there for whoever does not manage them, and nobody rotates another's key.
  'DELETE /v1/keys/:id': { analyst: 404, auditor: 404 },
  'POST /v1/keys/:id/rotate': { owner: 404, admin: 404, analyst: 404, auditor: 404 },
};

/** Success, or the state of what it is about does not allow it. */
const FINE = [200, 201, 202, 204, 409];

describe('every route, for every role', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;
  let own: World;
  let other: World;

  beforeAll(async () => {
    fakes = await serverWithFakes();
    ({ server } = fakes);
    await server.start();
    const bea = (await server.vox('keys', 'add', '--owner', 'Bea')).trim();
    own = await makeWorld(server.key, 'zanzibar');
    other = await makeWorld(bea, 'quetzalcoatl');
  });

  afterAll(() => fakes.close());

  async function makeWorld(ownerKey: string, secret: string): Promise<World> {
    for (let attempt = 0; (await server.request('/v1/me', { key: ownerKey })).status === 401; attempt += 1) {
      if (attempt > 200) throw new Error('The key is not known in time');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const members = await staff(server, ownerKey);
    const { body } = await server.upload(
      ...[
        someSpeech(),
        { details: JSON.stringify({ client: secret }) },
        { key: ownerKey, name: `${secret}.wav` },
      ],
    );
    const { id, position } = body as { id: string; position: string };
    await server.request(`/v1/recordings/${id}?after=${position}`, { key: ownerKey });
    const recording = await server.recordingUntil(id, isFinished, 60_000, ownerKey);
    const jobs = (await server.request('/v1/jobs?state=done', { key: ownerKey })).body as {
      jobs: { id: string }[];
    };
    const batch = await finishedBatch(ownerKey);
    const report = recording.reports[0]!.id;
    return { members, recording: id, report, job: jobs.jobs[0]!.id, batch, secret };
  }

  async function finishedBatch(key: string): Promise<string> {
    const begun = await post<{ id: string }>(server, key, '/v1/reprocessings', REPROCESSING);
    for (;;) {
      const { body } = await server.request(`/v1/reprocessings/${begun.id}`, { key });
      if ((body as { status: string | number }).status === 'finished') return begun.id;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function call(route: string, world: World, key: string | null): Promise<TestAnswer> {
    const { path, body } = await CALLS[route]!(world, server);
    const method = route.split(' ')[0]!;
    if (body === 'form') {
      const form = new FormData();
      form.set('file', new Blob(['no audio']), 'x.wav');
      return server.request(path, { method, key, body: form });
    }
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return server.peek(path, { method, key, ...(body !== undefined && json) });
  }

  it('is called, none left out', () => {
    expect(Object.keys(CALLS).sort()).toEqual(Object.keys(ROUTE_RIGHTS).sort());
  });

  const cells = Object.entries(ROUTE_RIGHTS).flatMap(([route, rights]) =>
    ROLES.map((role) => ({ route, rights, role })),
  );

  it.each(cells)('own workspace: $route as $role', async ({ route, rights, role }) => {
    const answer = await call(route, own, own.members[role].key);
    if (rights === PUBLIC) {
      expect(answer.status).not.toBe(403);
      return;
    }
    if (!rights.roles.includes(role)) {
      expectRefusal(answer, 403, 'role-not-sufficient');
      return;
    }
    const refused = REFUSED_BY_THE_WORKSPACE[route]?.[role];
    if (refused !== undefined) expect(answer.status).toBe(refused);
    // The upload is let in as far as its body, which is no audio.
    else expect(route === 'POST /v1/recordings' ? [422] : FINE).toContain(answer.status);
  });

  it.each(cells)('of another workspace: $route as $role', async ({ route, rights, role }) => {
    const answer = await call(route, own, other.members[role].key);
    expectNothingOf(own, route, answer);
    if (rights === PUBLIC) return;
    if (!rights.roles.includes(role)) expectRefusal(answer, 403, 'role-not-sufficient');
    else if (route.includes(':id')) expect([403, 404]).toContain(answer.status);
    else expect(route === 'POST /v1/recordings' ? [422] : FINE).toContain(answer.status);
    // A member who may call the route learns nothing from the answer, not even that the thing is there.
    if (rights.roles.includes(role) && route.includes('/recordings/:id')) {
      expectRefusal(answer, 404, 'not-found');
    }
  });

  it.each(Object.entries(ROUTE_RIGHTS))('without a key: %s', async (route, rights) => {
    const answer = await call(route, own, null);
    expectNothingOf(own, route, answer);
    if (rights === PUBLIC) expect(answer.status).not.toBe(401);
    else expectRefusal(answer, 401, 'not-authenticated');
  });

  it('and writes down who was refused what', async () => {
    const { events } = (await server.request('/v1/access/events?type=AccessDenied&limit=200')).body as {
      events: { data: { route: string; role: string; reason: string } }[];
    };
    const denied = cells.filter(({ rights, role }) => rights !== PUBLIC && !rights.roles.includes(role));
    const recorded = new Set(events.map(({ data }) => `${data.route} ${data.role} ${data.reason}`));
    for (const { route, role } of denied) expect(recorded).toContain(`${route} ${role} role`);
  });

  function expectRefusal(answer: TestAnswer, status: number, name: string): void {
    expect(answer.body).toMatchObject({ status, type: `urn:voxpersona:problem:${name}` });
    expect(answer.status).toBe(status);
  }

  function expectNothingOf(world: World, route: string, { text }: TestAnswer): void {
    const ids = [
      world.report,
      world.job,
      ...Object.values(world.members).flatMap(({ id, keyId }) => [id, keyId]),
    ];
    for (const id of ids) if (!CALLS_WITH_IDS.has(route)) expect(text).not.toContain(id);
    expect(text).not.toContain(world.secret);
  }
});

/** Their refusals repeat the id that the caller gave. */
const CALLS_WITH_IDS = new Set(Object.keys(ROUTE_RIGHTS).filter((route) => route.includes(':id')));
