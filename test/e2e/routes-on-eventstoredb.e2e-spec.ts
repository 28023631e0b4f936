import { longRecording } from '@test/audio/audio';
import { isFinished, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { ROUTE_RIGHTS } from '../../apps/api/src/auth/route-rights';

/** The short form: `npm run prove -- routes-eventstoredb` runs the tests of all routes on both stores. */
describe('Every route that reads, with the log in (a fake) EventStoreDB', () => {
  const routes = Object.keys(ROUTE_RIGHTS).flatMap((route) => (/^GET (.*)$/.exec(route) ?? []).slice(1));
  let world: ServerWithFakes;
  let ids: Record<string, Record<string, string>>;

  beforeAll(async () => {
    world = await serverWithFakes({ store: 'eventstoredb' });
    const { server } = world;
    await server.start();
    const id = await server.uploaded(longRecording(15, 641), { reports: 'summary' });
    const { reports } = await server.recordingUntil(
      id,
      (r) => isFinished(r) && r.reports[0]?.status === 'completed',
    );
    const report = reports[0]!.id;
    const what = { kind: 'report', reportType: 'summary' };
    const { body: batch } = await server.request('/v1/reprocessings', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ what }),
    });
    const { events } = await server.get<{ events: { id: string }[] }>(`/v1/recordings/${id}/events`);
    const { jobs } = await server.get<{ jobs: { id: string }[] }>('/v1/jobs?state=done');
    ids = {
      recordings: { id },
      reports: { id: report, other: report },
      reprocessings: { id: (batch as { id: string }).id },
      events: { id: events[0]!.id },
      jobs: { id: jobs[0]!.id },
      // The index of the trail, and what followed from an event, come after what is read here.
    };
    for (;;) {
      const { status, text } = await server.request(`/v1/events/${events[0]!.id}`);
      if (status === 200) break;
      if (status !== 404) throw new Error(`${status} ${text}`);
    }
  });
  afterAll(() => world.close());

  const ask = (route: string): Promise<TestAnswer> => {
    const [, , resource = ''] = route.split('/');
    const path = route.replace(/:(\w+)/g, (_all, name: string) => ids[resource]?.[name] ?? `no-${name}`);
    return world.server.peek(path);
  };

  it.each(routes)('answers GET %s', async (route) => {
    const { status, text } = await ask(route);
    // Routes of the operator and of the bot are not there without their settings.
    const expected = /projections|audit|metrics|telegram|\/:hash/.test(route) ? [200, 401, 404] : [200, 202];
    expect({ isExpected: expected.includes(status), status, text: text.slice(0, 300) }).toMatchObject({
      isExpected: true,
    });
  });

  it('shows the trail from its first event to its last', async () => {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { events: { id: string }[]; next: string | null } = await world.server.get(
        `/v1/events?sort=position&limit=7${next && `&cursor=${next}`}`,
      );
      seen.push(...page.events.map(({ id }) => id));
      ({ next } = page);
    }
    const ofLog = world.server.node?.log.events.map(({ id }) => id) ?? [];
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).toEqual(ofLog.filter((id) => seen.includes(id)));
  });

  it('skips what other programs write, says so at the next start, and counts it', async () => {
    const { server } = world;
    for (let n = 0; n < 5; n += 1) server.node?.writeForeign('invoice-1');
    await server.stop();
    server.output = '';
    await server.start();
    const found = async (): Promise<unknown> => {
      const { body } = await server.request('/health/ready', { key: null });
      const { details } = body as { details: Record<string, { foreignEvents?: unknown }> };
      return details['event-store']?.foreignEvents;
    };
    while ((await found()) === undefined);
    expect(await found()).toEqual({ count: 5, isAtLeast: false });
    expect(server.output.match(/also holds 5 events of other programs.*invoice-1/g)).toHaveLength(1);
    expect(server.output).not.toMatch(/EventTampered|was changed after it was written|not sealed/);
    expect(await server.vox('audit', 'verify')).toMatch(/^Verified/);
  });
});
