import { longRecording } from '@test/audio/audio';
import { wordsOfAudio } from '@test/openai/fake-openai';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { freePort } from '@test/free-port';
import { isFinished, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

interface Readiness {
  status: string;
  details: Record<string, { status: string; message?: string }>;
}

describe('A server with its log in (a fake) EventStoreDB', () => {
  const node = new FakeEventStoreDb();
  let world: ServerWithFakes;
  let server: TestServer;
  let id: string;

  beforeAll(async () => {
    const url = await node.start();
    node.stop();
    const env = { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: `${url}&defaultDeadline=1000` };
    world = await serverWithFakes({ env: { ...env, PORT: String(await freePort()) } });
    ({ server } = world);
  });
  afterAll(async () => {
    await world.close();
    node.stop();
  });

  async function readiness(): Promise<{ status: number; body: Readiness }> {
    const { status, body } = await server.request('/health/ready', { key: null });
    return { status, body: body as Readiness };
  }

  it('that is away at the start: says so each time it tries, is not ready, answers 503, and goes on', async () => {
    await server.startHalfway();
    const retries = (): number => server.output.match(/cannot be used: .*Try \d+ follows in/g)?.length ?? 0;
    while (retries() < 2) await sleep(50);
    expect(server.output).toMatch(/EventStoreDB at 127\.0\.0\.1:\d+ cannot be used: Nothing answers/);
    expect(await readiness()).toMatchObject({
      status: 503,
      body: {
        details: { 'event-store': { status: 'down', message: expect.stringMatching(/Nothing answers/) } },
      },
    });
    const refused = await server.request('/v1/recordings', { key: 'any' });
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:voxpersona:problem:unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    await node.start();
    while (!server.output.includes('Listening on')) await sleep(50);
    while ((await readiness()).status !== 200) await sleep(50);
  });

  it('takes a recording all the way, and finds it', async () => {
    id = await server.uploaded(longRecording(15, 801));
    const recording = await server.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
    expect(recording).toMatchObject({ status: 'ready', gaps: [], reports: [{ status: 'completed' }] });
    expect(node.log.stream(`recording-${id}`).length).toBeGreaterThan(5);
    const query = wordsOfAudio(world.openai.calls[0]!.about)[4]!;
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { body } = await server.request('/v1/search', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      if (JSON.stringify(body).includes(id)) break;
      if (Date.now() > deadline) throw new Error(`${query} was not found: ${JSON.stringify(body)}`);
      await sleep(100);
    }
  });

  it('that goes away: takes nothing that it cannot keep, and says when to come back', async () => {
    const uploads = (): number => node.log.events.filter(({ type }) => type === 'AudioUploaded').length;
    const before = uploads();
    node.stop();
    const refused = await server.upload(longRecording(15, 802));
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:voxpersona:problem:unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await readiness()).status).toBe(503);
    await node.start();
    while ((await readiness()).status !== 200) await sleep(50);
    expect(uploads()).toBe(before);
    const again = await server.uploaded(longRecording(15, 802));
    await server.recordingUntil(again, (r) => isFinished(r) && r.reports.length === 1);
  });

  it('does not know a position of another log', async () => {
    const { body } = await server.request(`/v1/recordings/${id}?after=000000000000.17`);
    expect(body).toMatchObject({ type: 'urn:voxpersona:problem:invalid-after' });
  });

  it('will not go on with another log, or another store, than its tables were made from', async () => {
    await server.stop();
    const other = new FakeEventStoreDb();
    const { EVENTSTORE_URL: own = '' } = server.env;
    server.output = '';
    server.env.EVENTSTORE_URL = await other.start();
    expect(await server.startAndExit()).toMatchObject({
      code: 1,
      output: expect.stringMatching(/is not the log of this database.*another installation/s),
    });
    other.stop();
    server.output = '';
    server.env.EVENT_STORE = 'postgres';
    expect(await server.startAndExit()).toMatchObject({
      code: 1,
      output: expect.stringMatching(/Set EVENT_STORE=eventstoredb, or move the log by "vox log copy/),
    });
    Object.assign(server.env, { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: own });
    await server.start();
    expect(await server.get(`/v1/recordings/${id}`)).toMatchObject({ status: 'ready' });
  });
});

describe('The configuration of EventStoreDB', () => {
  it.each([
    [{ EVENT_STORE: 'eventstoredb' }, /EVENTSTORE_URL: is needed/],
    [{ EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: 'http://x' }, /EVENTSTORE_URL: must be an esdb:\/\//],
    [
      { EVENT_STORE: 'eventstoredb', EVENTSTORE_URL: 'esdb://admin:hidden-word@host:port:3' },
      /EVENTSTORE_URL is not a connection string/,
    ],
    [{ ROLES: 'api' }, /ROLES: can be divided among processes only with a DATABASE_URL/],
    [{ ROLES: 'cook' }, /ROLES/],
    [{ OBJECT_STORAGE: 'minio' }, /MINIO_ENDPOINT: is needed/],
  ])('%j is refused with what to do', async (env, reason) => {
    const server = new TestServer({ env });
    const { code, output } = await server.startAndExit();
    await server.destroy();
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringMatching(reason) });
    expect(output).not.toContain('hidden-word');
  });
});
