import { longRecording } from '@test/audio/audio';
import { readEventStream, SseMessage } from '@test/server/event-source';
import { isFinished, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

interface Trail {
  events: { type: string; position: string }[];
}

const CUTS = 100;

describe('live progress', () => {
  let fakes: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    fakes = await serverWithFakes({ env: { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12' } });
    ({ server } = fakes);
    await server.start();
  });

  afterAll(() => fakes.close());

  const trailOf = async (id: string): Promise<string[]> => {
    const { events } = await server.get<Trail>(`/v1/recordings/${id}/events`);
    return events.map(({ type, position }) => `${position} ${type}`);
  };
  const seen = (messages: SseMessage[]): string[] =>
    messages
      .filter(({ event }) => event === 'progress')
      .map(({ id, data }) => `${id!.split('.')[1]!} ${(data as { type: string }).type}`);
  const progressUrl = (id: string): string => `${server.url}/v1/recordings/${id}/progress`;

  it(`is seen once and in order by a client that is cut ${CUTS} times`, async () => {
    fakes.openai.latencyMs = 150;
    fakes.anthropic.latencyMs = 150;
    const id = await server.uploaded(longRecording(150, 940), { language: 'en' });
    const messages: SseMessage[] = [];
    let lastId: string | null = null;
    let cuts = 0;
    let ended = false;
    // Cut where it hurts: within a message, between two, before the first. The sizes have no common divisor.
    for (let size = 40; !ended; size = (size * 7 + 13) % 997) {
      const cutAfterBytes: number = cuts < CUTS ? size + 20 : Infinity;
      const connection = await readEventStream(progressUrl(id), { key: server.key, lastId, cutAfterBytes });
      expect([200, 204]).toContain(connection.status);
      messages.push(...connection.messages);
      ({ lastId, ended } = connection);
      if (!ended) cuts += 1;
      else if (cuts < CUTS) ended = await moreHappens(id, lastId);
    }
    expect(cuts).toBe(CUTS);
    expect(seen(messages)).toEqual(await trailOf(id));
    expect(messages.at(-1)?.data).toMatchObject({ recordingId: id });
    const last = messages.filter(({ event }) => event === 'progress').at(-1);
    expect(last?.data).toMatchObject({ status: 'ready', stage: 'done', reports: [{ status: 'completed' }] });
    // Nothing more will come, and the client is told so.
    expect((await readEventStream(progressUrl(id), { key: server.key, lastId })).status).toBe(204);
  });

  /** Should it be over before it was cut often enough: something new happens to it. */
  async function moreHappens(id: string, lastId: string | null): Promise<boolean> {
    const body = JSON.stringify({ note: `after ${lastId ?? ''}` });
    const headers = { 'content-type': 'application/json' };
    await server.request(`/v1/recordings/${id}/details`, { method: 'PATCH', body, headers });
    return false;
  }

  it('goes on after a restart of the server', async () => {
    fakes.openai.latencyMs = 300;
    const id = await server.uploaded(longRecording(30, 941), { language: 'en', reports: '' });
    const first = await readEventStream(progressUrl(id), {
      key: server.key,
      lastId: null,
      cutAfterBytes: 900,
    });
    await server.kill();
    fakes.openai.latencyMs = 0;
    await server.start();
    const { lastId } = first;
    const second = await readEventStream(progressUrl(id), { key: server.key, lastId });
    expect(seen([...first.messages, ...second.messages])).toEqual(await trailOf(id));
    expect(second.messages.at(-1)?.event).toBe('end');
  });

  it('shows a workspace its own recordings and nobody else’s', async () => {
    const bea = (await server.vox('keys', 'add', '--owner', 'Bea')).trim();
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if ((await server.request('/v1/me', { key: bea })).status === 200) break;
      await sleep(20);
    }
    const mine: SseMessage[] = [];
    const hers: SseMessage[] = [];
    const follow = (key: string, into: SseMessage[]) =>
      readEventStream(`${server.url}/v1/events/stream`, {
        ...{ key, lastId: null, cutAfterBytes: 1_000_000, onMessage: (message) => into.push(message) },
      }).catch(() => undefined);
    void follow(server.key, mine);
    void follow(bea, hers);
    await sleep(300);
    const id = await server.uploaded(longRecording(4, 942), { language: 'en', reports: '' });
    await server.recordingUntil(id, isFinished);
    const trail = await trailOf(id);
    for (let attempt = 0; attempt < 200 && mine.length < trail.length; attempt += 1) await sleep(20);
    expect(seen(mine)).toEqual(trail);
    expect(hers).toEqual([]);
  });

  it('refuses an id that this log never gave, and too many streams of one key', async () => {
    const id = await server.uploaded(longRecording(3, 943), { reports: '' });
    for (const lastId of ['x', '000000000000.1', '9'.repeat(40)]) {
      const { status, body } = await server.request(`/v1/recordings/${id}/progress`, {
        headers: { 'last-event-id': lastId },
      });
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({ type: 'urn:voxpersona:problem:invalid-after' }),
      ]);
    }
    const stop = new AbortController();
    const open = (): Promise<Response> =>
      fetch(`${server.url}/v1/events/stream`, {
        ...{ signal: stop.signal, headers: { authorization: `Bearer ${server.key}` } },
      });
    const streams = [];
    for (let n = 0; n < 20; n += 1) streams.push(await open());
    const statuses = streams.map(({ status }) => status);
    const refused = await open();
    // One that the test before left behind may still count.
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(18);
    expect(refused.status).toBe(429);
    stop.abort();
  });

  it('does not hold up a server that stops', async () => {
    const stream = await fetch(`${server.url}/v1/events/stream`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const stopped = server.stop();
    expect(await stream.text()).toContain('retry:');
    expect(await stopped).toBe(0);
  });
});
