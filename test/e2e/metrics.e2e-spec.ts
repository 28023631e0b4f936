import { INTERVIEW } from '@test/audio/audio';
import { parseExposition, Sample, samplesOf, sumOf } from '@test/metrics/exposition';
import { wordsOfAudio } from '@test/openai/fake-openai';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

interface Call {
  usage: { inputTokens: number; outputTokens: number };
}

describe('the metrics of a server', () => {
  let world: ServerWithFakes;
  let id: string;

  beforeAll(async () => {
    world = await serverWithFakes();
    await world.server.start();
    id = await world.server.uploaded(INTERVIEW, { details: '{"client":"Ann Example"}', language: 'en' });
    await world.server.recordingUntil(id, isFinished);
  });

  afterAll(() => world.close());

  async function page(): Promise<string> {
    const { status, text, headers } = await world.server.request('/metrics', { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return text;
  }

  async function samples(): Promise<Sample[]> {
    return parseExposition(await page());
  }

  it('tell what models used and cost, as they reported it', async () => {
    const { server, openai, anthropic } = world;
    const recording = await server.get<{ reports: { id: string }[]; cost: { usd: number } }>(
      `/v1/recordings/${id}`,
    );
    const { parts } = await server.get<{ parts: { call: Call }[] }>(
      `/v1/reports/${recording.reports[0]!.id}`,
    );
    const tokens = (direction: keyof Call['usage']): number =>
      parts.reduce((sum, part) => sum + part.call.usage[direction], 0);
    const all = await samples();
    const calls = 'voxpersona_provider_call_duration_seconds_count';
    const written = { kind: 'language-model', provider: 'anthropic' };
    expect(sumOf(all, calls, { ...written, outcome: 'ok' })).toBe(anthropic.calls.length);
    expect(sumOf(all, calls, { kind: 'speech-to-text', provider: 'openai' })).toBe(openai.calls.length);
    const counted = 'voxpersona_provider_tokens_total';
    expect(sumOf(all, counted, { ...written, direction: 'in' })).toBe(tokens('inputTokens'));
    expect(sumOf(all, counted, { ...written, direction: 'out' })).toBe(50 * anthropic.calls.length);
    expect(sumOf(all, 'voxpersona_provider_audio_seconds_total')).toBeCloseTo(80, 0);
    expect(sumOf(all, 'voxpersona_provider_cost_usd_total')).toBeCloseTo(recording.cost.usd, 6);
    expect(sumOf(all, calls, { kind: 'embeddings', outcome: 'ok' })).toBeGreaterThan(0);
  });

  it('count commands, appends and requests', async () => {
    const all = await samples();
    const command = 'voxpersona_command_duration_seconds_count';
    expect(sumOf(all, command, { command: 'AcceptUpload', outcome: 'ok' })).toBe(1);
    expect(sumOf(all, command, { command: 'SplitAudio', outcome: 'ok' })).toBe(1);
    expect(sumOf(all, command, { command: 'WriteReportPart', outcome: 'ok' })).toBe(3);
    const { events } = await world.server.get<{ events: object[] }>(`/v1/recordings/${id}/events`);
    expect(sumOf(all, 'voxpersona_events_appended_total')).toBeGreaterThanOrEqual(events.length);
    const appends = sumOf(all, 'voxpersona_appends_total');
    expect(appends).toBeGreaterThan(0);
    expect(sumOf(all, 'voxpersona_append_duration_seconds_count')).toBe(appends);
    const request = 'voxpersona_http_request_duration_seconds_count';
    expect(sumOf(all, request, { method: 'POST', route: '/v1/recordings', status: '202' })).toBe(1);
    expect(
      sumOf(all, request, { method: 'GET', route: '/v1/recordings/:id', status: '200' }),
    ).toBeGreaterThan(0);
    // This very request.
    expect(sumOf(all, 'voxpersona_http_requests_in_flight')).toBe(1);
  });

  it('show that everything has caught up, and nothing waits', async () => {
    const until = Date.now() + 60_000;
    let all = await samples();
    while (sumOf(all, 'voxpersona_follower_lag_events') > 0 && Date.now() < until) {
      await sleep(100);
      all = await samples();
    }
    const lags = samplesOf(all, 'voxpersona_follower_lag_events');
    expect(lags.length).toBeGreaterThanOrEqual(9);
    expect(lags.filter(({ value }) => value !== 0)).toEqual([]);
    expect(sumOf(all, 'voxpersona_follower_state', { state: 'running' })).toBe(lags.length);
    expect(samplesOf(all, 'voxpersona_jobs', { lane: 'speech-to-text' })).toHaveLength(3);
    expect(sumOf(all, 'voxpersona_jobs')).toBe(0);
    expect(sumOf(all, 'voxpersona_jobs_oldest_ready_seconds')).toBe(0);
    expect(sumOf(all, 'process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(samplesOf(all, 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  });

  it('hold no id, name or word of a recording', async () => {
    await world.server.request(`/v1/recordings/${id}/nothing-there`);
    const text = await page();
    expect(text).not.toMatch(UUID);
    expect(text).not.toContain('nothing-there');
    for (const word of [...wordsOfAudio(world.openai.calls[0]!.about), 'Ann', 'interview', 'sk-test'])
      expect(text).not.toContain(word);
    expect(
      sumOf(parseExposition(text), 'voxpersona_http_request_duration_seconds_count', { status: '404' }),
    ).toBe(1);
  });

  it('are not there for who comes through a proxy', async () => {
    const ask = async (path: string, headers: Record<string, string>) => {
      const { status, body } = await world.server.request(path, { key: null, headers });
      return { status, body: { ...(body as object), requestId: '' } };
    };
    const unknown = await ask('/nowhere', {});
    expect(unknown.status).toBe(404);
    for (const headers of [{ 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }]) {
      const { status, body } = await ask('/metrics?a=b', headers);
      expect(status).toBe(404);
      expect(body).toEqual({ ...unknown.body, detail: 'Cannot GET /metrics?a=b' });
    }
    expect(unknown.body).toMatchObject({ detail: 'Cannot GET /nowhere' });
  });

  it('are for who shows the token, where there is one', async () => {
    await world.server.stop();
    world.server.env.METRICS_TOKEN = 'read-the-metrics';
    await world.server.start();
    const ask = async (key: string | null) => (await world.server.request('/metrics', { key })).status;
    expect(await ask('read-the-metrics')).toBe(200);
    expect(await ask(null)).toBe(401);
    expect(await ask('read-the-metric')).toBe(401);
    expect(await ask(world.server.key)).toBe(401);
  });
});
