import { longRecording, silence } from '@test/audio/audio';
import { Fault } from '@test/fake-provider';
import { isFinished, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

const TEMPORARY: [string, Fault][] = [
  ['down', { kind: 'status', status: 503 }],
  ['rate-limited', { kind: 'status', status: 429, headers: { 'retry-after-ms': '30' } }],
  ['cut off', { kind: 'cut' }],
  ['silent', { kind: 'hang' }],
  ['talking nonsense', { kind: 'answer', body: '<html>nonsense' }],
  ['answering something else', { kind: 'answer', body: '{"hello":"world"}' }],
];

/** Every test has audio of its own: the same audio would be the same recording. */
let seed = 100;
const someAudio = (): string => longRecording(30, (seed += 1));

describe('providers that fail', () => {
  let world: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    world = await serverWithFakes({
      env: {
        OPENAI_TIMEOUT_SECONDS: '1',
        ANTHROPIC_TIMEOUT_SECONDS: '1',
        JOB_MAX_ATTEMPTS: '2',
        CHUNK_TARGET_SECONDS: '10',
        CHUNK_MAX_SECONDS: '12',
      },
    });
    ({ server } = world);
    await server.start();
  });

  afterEach(() => {
    world.openai.failAlways(undefined);
    world.anthropic.failAlways(undefined);
  });

  afterAll(() => world.close());

  it.each(TEMPORARY)('speech-to-text that is %s is asked again', async (_name, fault) => {
    world.openai.failNext(fault);
    const id = await server.uploaded(someAudio());
    const recording = await server.recordingUntil(id, isFinished);
    expect(recording).toMatchObject({ status: 'ready', gaps: [] });
  });

  it.each(TEMPORARY)('a language model that is %s is asked again', async (_name, fault) => {
    world.anthropic.failNext(fault);
    const id = await server.uploaded(someAudio());
    const recording = await server.recordingUntil(id, isFinished);
    expect(recording.reports).toMatchObject([{ status: 'completed' }]);
  });

  it('shows a chunk that was given up as a gap, and a retry goes on at that chunk', async () => {
    const file = someAudio();
    const before = world.openai.calls.length;
    // The second chunk that arrives fails for good, and only that one.
    const seen: string[] = [];
    world.openai.failAlways((about) => {
      if (!seen.includes(about)) seen.push(about);
      return seen[1] === about ? { kind: 'status', status: 500 } : undefined;
    });
    const id = await server.uploaded(file);
    const broken = await server.recordingUntil(id, isFinished);
    expect(broken).toMatchObject({ status: 'ready', chunks: { total: 3, done: 2, failed: 1 } });
    expect(broken.gaps).toEqual([
      {
        channel: null,
        chunkIndex: expect.any(Number),
        start: expect.any(Number),
        end: expect.any(Number),
        code: 'unavailable',
      },
    ]);
    const { text } = await server.request(`/v1/recordings/${id}/transcript?format=text`);
    expect(text).toContain('[not transcribed: unavailable]');

    world.openai.failAlways(undefined);
    const paid = world.openai.calls.length;
    const { status, body } = await server.request(`/v1/recordings/${id}/retry`, { method: 'POST' });
    expect(status).toBe(202);
    await server.get(`/v1/recordings/${id}?after=${(body as { position: string }).position}`);
    const mended = await server.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 2);
    expect(mended).toMatchObject({ status: 'ready', gaps: [], chunks: { done: 3 } });
    expect(mended.reports.map((report) => report.transcriptVersion)).toEqual([1, 2]);
    // One call for the gap; the other chunks are not paid again.
    expect(world.openai.calls.length - paid).toBe(1);
    expect(paid - before).toBe(4);
  });

  it('tells a provider that never answers by its reason', async () => {
    world.openai.failAlways(() => ({ kind: 'hang' }));
    const id = await server.uploaded(someAudio());
    const { gaps } = await server.recordingUntil(id, isFinished);
    expect(gaps.map((gap) => gap.code)).toEqual(['timeout', 'timeout', 'timeout']);
  });

  it('fails a recording of which nothing could be transcribed, and mends it', async () => {
    world.openai.failAlways(() => ({ kind: 'status', status: 401 }));
    const id = await server.uploaded(someAudio());
    const failed = await server.recordingUntil(id, isFinished);
    expect(failed).toMatchObject({ status: 'failed', chunks: { done: 0, failed: 3 } });
    expect(failed.gaps.map((gap) => gap.code)).toEqual(['unauthorised', 'unauthorised', 'unauthorised']);
    expect((await server.request(`/v1/recordings/${id}/transcript`)).status).toBe(409);
    world.openai.failAlways(undefined);
    await restoreKeys();
    const retried = await server.request(`/v1/recordings/${id}/retry`, { method: 'POST' });
    await server.get(`/v1/recordings/${id}?after=${(retried.body as { position: string }).position}`);
    expect(await server.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready', gaps: [] });
  });

  it('shows a report that was given up, and a retry writes what is missing', async () => {
    world.anthropic.failAlways(() => ({ kind: 'status', status: 500 }));
    const id = await server.uploaded(someAudio());
    const failed = await server.recordingUntil(id, (r) =>
      r.reports.some((report) => report.status === 'failed'),
    );
    expect(failed.status).toBe('ready');
    world.anthropic.failAlways(undefined);
    // The last of the parts may still be on its last attempt.
    const mended = async (): Promise<string> => {
      const { status, body } = await server.request(`/v1/recordings/${id}/retry`, { method: 'POST' });
      if (status === 202)
        await server.get(`/v1/recordings/${id}?after=${(body as { position: string }).position}`);
      const settled = await server.recordingUntil(id, (r) =>
        r.reports.every((report) => report.status !== 'writing'),
      );
      return settled.reports[0]!.status;
    };
    let status = await mended();
    for (let attempt = 0; attempt < 5 && status !== 'completed'; attempt += 1) status = await mended();
    expect(status).toBe('completed');
  });

  it('shows the operator what is parked, who can let it run again or cancel it', async () => {
    world.openai.failAlways(() => ({ kind: 'status', status: 400 }));
    const id = await server.uploaded(someAudio(), { reports: '' });
    await server.recordingUntil(id, isFinished);
    world.openai.failAlways(undefined);
    const mine = async (): Promise<string[]> => {
      const jobs = JSON.parse(await vox('jobs', 'list', '--json')) as {
        id: string;
        job: { recordingId: string };
      }[];
      return jobs.filter(({ job }) => job.recordingId === id).map((parked) => parked.id);
    };
    const parked = await mine();
    expect(parked).toHaveLength(3);
    await vox('jobs', 'retry', parked[0]!);
    await vox('jobs', 'cancel', parked[1]!);
    await expect(vox('jobs', 'cancel', parked[1]!)).rejects.toThrow(/no parked job/);
    const recording = await server.recordingUntil(id, (r) => isFinished(r) && r.chunks.done === 1);
    expect(recording).toMatchObject({ status: 'ready', chunks: { done: 1, failed: 2 } });
    expect(await mine()).toEqual([parked[2]]);
  });

  const vox = (...words: string[]): Promise<string> => server.vox(...words);

  /** A key that was refused stays out until the operator puts it right. */
  async function restoreKeys(): Promise<void> {
    const keys = JSON.parse(await vox('provider-keys', 'list', '--json')) as {
      provider: string;
      fingerprint: string;
      state: string;
      configured: boolean;
    }[];
    const revoked = keys.filter((key) => key.state === 'revoked');
    expect(revoked).toMatchObject([{ provider: 'openai', configured: true }]);
    expect(JSON.stringify(keys)).not.toContain('sk-test-openai');
    for (const { provider, fingerprint } of revoked) {
      expect(await vox('provider-keys', 'restore', provider, fingerprint)).toMatch(/will be used again/);
    }
    await expect(vox('provider-keys', 'restore', 'openai', 'nobody')).rejects.toThrow(
      /no key nobody of openai/,
    );
  }

  it('refuses a retry where nothing has failed', async () => {
    const id = await server.uploaded(someAudio(), { reports: '' });
    await server.recordingUntil(id, isFinished);
    const { status, body } = await server.request(`/v1/recordings/${id}/retry`, { method: 'POST' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:voxpersona:problem:nothing-to-retry' });
  });

  it('an answer that was cut at its token limit is no report', async () => {
    world.anthropic.stopReason = 'max_tokens';
    const id = await server.uploaded(someAudio());
    const recording = await server.recordingUntil(id, (r) =>
      r.reports.some((report) => report.status === 'failed'),
    );
    world.anthropic.stopReason = 'end_turn';
    const report = await server.get<{ parts: { failure: { code: string } | null }[] }>(
      `/v1/reports/${recording.reports[0]!.id}`,
    );
    expect(report.parts.map((part) => part.failure?.code)).toContain('incomplete');
  });

  it('says "no speech found" of a recording in which nobody speaks', async () => {
    world.openai.hear = () => [];
    const id = await server.uploaded(silence(5));
    expect(await server.recordingUntil(id, isFinished)).toMatchObject({ status: 'no_speech', reports: [] });
    const { status, body } = await server.request(`/v1/recordings/${id}/transcript`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:voxpersona:problem:no-speech-found' });
  });

  it('never tells a key in its output', () => {
    expect(server.output).not.toContain('sk-test');
  });
});
