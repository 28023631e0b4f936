import { FORMATS, INTERVIEW } from '@test/audio/audio';
import { wordsOfAudio } from '@test/openai/fake-openai';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

interface Hit {
  text: string;
  fileName: string;
  source: { kind: string };
  moment: { start: number; end: number; text: string } | null;
}

describe('a recording, from upload to answer', () => {
  let world: ServerWithFakes;
  let id: string;

  beforeAll(async () => {
    world = await serverWithFakes();
    await world.server.start();
    id = await world.server.uploaded(INTERVIEW, { details: '{"client":"Ann Example"}', language: 'en' });
    await world.server.recordingUntil(id, isFinished);
  });

  afterAll(() => world.close());

  it('ends ready, with its report completed and its cost known', async () => {
    const recording = await world.server.get<Record<string, unknown>>(`/v1/recordings/${id}`);
    expect(recording).toMatchObject({
      status: 'ready',
      stage: 'done',
      fileName: 'interview.mp3',
      details: { client: 'Ann Example' },
      chunks: { total: 1, done: 1, failed: 0 },
      gaps: [],
      reports: [{ type: 'summary', status: 'completed' }],
      cost: { callsOfUnknownPrice: 0 },
    });
    // 80 s at 0.006 dollars a minute, and what three parts of a report cost on top.
    expect((recording.cost as { usd: number }).usd).toBeGreaterThan(0.0079);
  });

  it('gives the transcript as JSON, text, SRT and VTT', async () => {
    const heard = wordsOfAudio(world.openai.calls[0]!.about);
    const { server } = world;
    const json = await server.get<{ lines: { start: number; text: string }[] }>(
      `/v1/recordings/${id}/transcript`,
    );
    expect(json.lines[0]).toMatchObject({ start: 0, text: `The ${heard.slice(0, 3).join(' ')}.` });
    const as = async (format: string): Promise<string> =>
      (await server.request(`/v1/recordings/${id}/transcript?format=${format}`)).text;
    expect(await as('text')).toContain(`[00:00:02] The ${heard.slice(3, 6).join(' ')}.`);
    expect(await as('srt')).toMatch(/^1\n00:00:00,000 --> 00:00:01,800\n/);
    expect(await as('vtt')).toMatch(/^WEBVTT\n\n00:00:00.000 --> 00:00:01.800\n/);
  });

  it('gives the report as JSON and as Markdown', async () => {
    const { reports } = await world.server.get<{ reports: { id: string }[] }>(`/v1/recordings/${id}`);
    const path = `/v1/reports/${reports[0]!.id}`;
    const report = await world.server.get<{ parts: { status: string; call: object }[] }>(path);
    expect(report.parts.map((part) => part.status)).toEqual(['written', 'written', 'written']);
    expect(report.parts[0]?.call).toMatchObject({
      model: { provider: 'anthropic', model: 'claude-sonnet-5-5' },
      requestId: expect.any(String),
    });
    const { text } = await world.server.request(`${path}?format=markdown`);
    expect(text).toMatch(/^# Summary\n\n## Overview\n\nFake report/);
  });

  it('finds the moment that a question asks for', async () => {
    const word = wordsOfAudio(world.openai.calls[0]!.about)[4]!;
    const { body } = await world.server.request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `What about ${word}?`, sources: ['transcript'] }),
    });
    const [hit] = (body as { hits: Hit[] }).hits;
    expect(hit).toMatchObject({ fileName: 'interview.mp3', source: { kind: 'transcript' } });
    expect(hit?.moment).toMatchObject({ start: 2, end: 3.8 });
    expect(hit?.moment?.text).toContain(word);
  });

  it('shows every event with who, why and from what', async () => {
    const { events } = await world.server.get<{
      events: { type: string; metadata: Record<string, unknown> }[];
    }>(`/v1/recordings/${id}/events`);
    const types = events.map((event) => event.type);
    // Made beside everything else.
    expect(types).toEqual(expect.arrayContaining(['ListeningCopyRequested', 'ListeningCopyMade']));
    const course = types.filter((type) => !type.startsWith('ListeningCopy'));
    expect(course.slice(0, 5)).toEqual([
      'AudioUploaded',
      'AudioSplit',
      'ChunkTranscribed',
      'AllChunksTranscribed',
      'TranscriptAssembled',
    ]);
    expect(types).toContain('AnalysisCompleted');
    const correlation = events[0]!.metadata.$correlationId;
    for (const { metadata } of events) {
      expect(metadata).toMatchObject({
        $correlationId: correlation,
        $causationId: expect.any(String),
        commandId: expect.any(String),
        schemaVersion: expect.any(Number),
        recordedAt: expect.any(String),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
    expect(events[0]!.metadata.actor).toMatchObject({ kind: 'api-key' });
  });

  it('knows the same audio of the same owner again', async () => {
    const again = await world.server.upload(INTERVIEW);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id, duplicate: true });
  });

  it.each(Object.entries(FORMATS))('takes %s', async (_format, file) => {
    const recordingId = await world.server.uploaded(file(), { reports: '' });
    const recording = await world.server.recordingUntil(recordingId, isFinished);
    expect(recording).toMatchObject({ status: 'ready', reports: [] });
  });

  it('describes itself', async () => {
    const document = await world.server.get<{ paths: Record<string, object> }>('/docs/openapi.json');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/recordings', '/v1/recordings/{id}', '/v1/search', '/v1/reports/{id}']),
    );
    expect((await world.server.request('/docs', { key: null })).status).toBe(200);
  });

  it('never writes a secret to its output', () => {
    expect(world.server.output).not.toContain('sk-test');
  });
});
