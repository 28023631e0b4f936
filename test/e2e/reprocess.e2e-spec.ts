import { longRecording } from '@test/audio/audio';
import { isFinished, RecordingBody, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

interface Transcript {
  version: number;
  language: string;
  lines: { text: string }[];
}
interface Comparison {
  parts: {
    before: { promptVersion: string; model: { model: string } } | null;
    after: { promptVersion: string; model: { model: string } } | null;
    changes: { kind: string; text: string }[];
    scores: { name: string; before: number | null; after: number | null }[];
  }[];
}

describe('Doing it once more', () => {
  let world: ServerWithFakes;
  let id: string;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { ANTHROPIC_MODEL: 'claude-one' } });
    world.openai.hear = () => [{ start: 0, end: 3, text: ' The room was cold.' }];
    world.anthropic.write = () => 'The room was cold.\n\n- Cleanliness: 7/10';
    await world.server.start();
    id = await world.server.uploaded(longRecording(15, 650), { reports: 'summary', language: 'en' });
    await reportsAre(1);
  });
  afterAll(() => world.close());

  const post = (path: string, body: object): Promise<TestAnswer> =>
    world.server.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const reportsAre = (count: number): Promise<RecordingBody> =>
    world.server.recordingUntil(
      id,
      (recording) =>
        isFinished(recording) &&
        recording.reports.length === count &&
        recording.reports.every(({ status }) => status === 'completed'),
    );
  const transcript = (query = ''): Promise<Transcript> =>
    world.server.get<Transcript>(`/v1/recordings/${id}/transcript${query}`);

  it('keeps the transcript that was there beside the new one', async () => {
    world.openai.hear = () => [{ start: 0, end: 3, text: ' В номере было тепло.' }];
    const { status, body } = await post(`/v1/recordings/${id}/retranscribe`, { language: 'ru' });
    expect([status, body]).toEqual([202, expect.objectContaining({ id })]);
    await reportsAre(2);
    expect(await transcript()).toMatchObject({ version: 2, lines: [{ text: 'В номере было тепло.' }] });
    expect(await transcript('?version=1')).toMatchObject({
      version: 1,
      lines: [{ text: 'The room was cold.' }],
    });
    expect(await transcript('?version=2')).toEqual(await transcript());
    expect((await world.server.request(`/v1/recordings/${id}/transcript?version=3`)).status).toBe(404);
    expect(await transcript('?version=1&format=json')).toMatchObject({ language: 'en' });
  });

  it('shows of an earlier moment no transcript that was not there yet', async () => {
    const { events } = await world.server.get<{
      events: { type: string; metadata: { recordedAt: string } }[];
    }>(`/v1/recordings/${id}/events`);
    const [first, second] = events
      .filter(({ type }) => type === 'TranscriptAssembled')
      .map(({ metadata }) => metadata.recordedAt);
    const then = (version: number, asOf?: string): Promise<TestAnswer> =>
      world.server.request(`/v1/recordings/${id}/transcript?version=${version}&asOf=${asOf ?? ''}`);
    const early = await then(2, first);
    expect([early.status, early.body]).toEqual([
      404,
      expect.objectContaining({ detail: 'There was no transcript 2 yet of this recording.' }),
    ]);
    expect((await then(1, first)).body).toMatchObject({ version: 1 });
    expect((await then(1, second)).body).toMatchObject({ version: 1 });
    expect((await then(2, second)).body).toMatchObject({ version: 2 });
  });

  it('asks nobody again for what is paid for', async () => {
    const calls = world.openai.calls.length;
    await post(`/v1/recordings/${id}/retranscribe`, {});
    await reportsAre(3);
    expect(await transcript()).toMatchObject({ version: 3, lines: [{ text: 'В номере было тепло.' }] });
    expect(world.openai.calls).toHaveLength(calls);
  });

  it('writes a report again by another model, and shows what is different', async () => {
    const { server, anthropic } = world;
    await server.stop();
    server.env.ANTHROPIC_MODEL = 'claude-two';
    anthropic.write = () => 'The room was warm.\n\n- Cleanliness: 9/10';
    await server.start();
    const before = (await reportsAre(3)).reports.at(-1)!.id;
    expect((await post(`/v1/recordings/${id}/reports`, { type: 'summary' })).body).toMatchObject({
      ...{ id: before, existing: true },
    });
    const { status, body } = await post(`/v1/recordings/${id}/reports`, { type: 'summary', again: true });
    const { id: after, existing } = body as { id: string; existing: boolean };
    expect([status, existing]).toEqual([202, false]);
    expect(after).not.toBe(before);
    await reportsAre(4);
    // The read model of reports may come after that of recordings.
    while ((await server.request(`/v1/reports/${after}`)).status !== 200);
    const { parts } = await server.get<Comparison>(`/v1/reports/${before}/compare/${after}`);
    expect(parts[0]).toMatchObject({
      before: { model: { model: 'claude-one' } },
      after: { model: { model: 'claude-two' } },
    });
    expect(parts[0]?.changes).toEqual(
      expect.arrayContaining([
        { kind: 'removed', text: 'cold' },
        { kind: 'added', text: 'warm' },
      ]),
    );
    expect(parts[0]?.scores).toEqual([{ name: 'Cleanliness', before: 7, after: 9, outOf: 10 }]);
    // Both stay.
    expect((await server.request(`/v1/reports/${before}`)).status).toBe(200);
  });

  it.each([
    ['retranscribe', { language: 'english' }, 400, 'invalid-request'],
    ['retranscribe', { colour: 'red' }, 400, 'invalid-request'],
    ['reports', { type: 'poem', again: true }, 422, 'unknown-report-type'],
  ])('refuses %s with %j', async (what, body, status, type) => {
    const answer = await post(`/v1/recordings/${id}/${what}`, body);
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({ type: expect.stringMatching(new RegExp(`${type}$`)) }),
    ]);
  });

  it('compares nothing with what is not there', async () => {
    const [report] = (await reportsAre(4)).reports;
    const other = '00000000-0000-4000-8000-000000000000';
    expect((await world.server.request(`/v1/reports/${report!.id}/compare/${other}`)).status).toBe(404);
  });
});
