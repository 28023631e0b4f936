import { longRecording } from '@test/audio/audio';
import { isFinished, RecordingBody, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { untilReadable } from '@test/server/workspace-fixture';
import { setTimeout as sleep } from 'node:timers/promises';

interface Item {
  recordingId: string;
  status: string;
  verdict: string;
  result: { transcriptVersion?: number; reportId?: string } | null;
  code: string | null;
  costUsd: number | null;
}
interface Batch {
  id: string;
  status: string;
  progress: { total: number; asked: number; done: number; failed: number; share: number };
  verdicts: { open: number; accepted: number; rejected: number };
  cost: { usd: number };
  items: Item[];
  next: string | null;
}
interface Begun {
  id: string;
  position: string;
  forecast: { recordings: number; audioSeconds: number; costUsd: number | null };
}

interface TrailEvent {
  id: string;
}
interface TreeNode {
  stream: string;
  jobs: { effects: TreeNode[] }[];
  effects: TreeNode[];
}
interface Tree {
  causes: TrailEvent[];
  consequences: TreeNode;
  cut: boolean;
}

interface Sounding {
  audio: { durationSeconds: number };
}

const RECORDINGS = 7;
const WINDOW = 4;
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('Doing many once more', () => {
  let world: ServerWithFakes;
  let ids: string[];
  let batch: string;

  beforeAll(async () => {
    world = await serverWithFakes();
    world.openai.hear = () => [{ start: 0, end: 3, text: ' The corridor was freezing.' }];
    world.anthropic.write = () => 'It was freezing.';
    await world.server.start();
    ids = [];
    for (let index = 0; index < RECORDINGS; index += 1) {
      const file = longRecording(4, 7_000 + index);
      ids.push(await world.server.uploaded(file, { reports: 'summary', language: 'en' }));
    }
    for (const id of ids) await world.server.recordingUntil(id, isSettled);
  });
  afterAll(() => world.close());

  const isSettled = (recording: RecordingBody): boolean =>
    isFinished(recording) && recording.status === 'ready';
  const post = (path: string, body: object = {}, key?: string): Promise<TestAnswer> =>
    world.server.request(path, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      ...{ body: JSON.stringify(body), ...(key !== undefined && { key }) },
    });
  const read = (id = batch, query = ''): Promise<Batch> =>
    world.server.get<Batch>(`/v1/reprocessings/${id}${query}`);
  const start = async (what: object, filter: object = {}): Promise<string> => {
    const { status, body, text, headers } = await post('/v1/reprocessings', { what, filter });
    if (status !== 202) throw new Error(`${status} ${text}`);
    const { id, position } = body as Begun;
    expect(headers.get('location')).toBe(`/v1/reprocessings/${id}`);
    await read(id, `?after=${position}`);
    return id;
  };
  async function until(enough: (batch: Batch) => boolean, id = batch): Promise<Batch> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const now = await read(id);
      if (enough(now)) return now;
      if (Date.now() > deadline) throw new Error(`Not in time: ${JSON.stringify(now)}`);
      await sleep(50);
    }
  }
  const transcript = (id: string, query = '') =>
    world.server.get<{ version: number; lines: { text: string }[] }>(
      `/v1/recordings/${id}/transcript${query}`,
    );
  const found = async (query: string, sources = ['transcript']): Promise<string[]> => {
    const { body } = await post('/v1/search', { query, sources, limit: 50 });
    const { hits } = body as { hits: { recordingId: string; text: string }[] };
    const word = query.split(' ')[0] ?? '';
    return [...new Set(hits.filter(({ text }) => text.includes(word)).map((hit) => hit.recordingId))].sort();
  };
  async function foundIn(query: string, expected: string[], sources?: string[]): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const now = await found(query, sources);
      if (JSON.stringify(now) === JSON.stringify([...expected].sort())) return;
      if (Date.now() > deadline) {
        expect(now).toEqual([...expected].sort());
        return;
      }
      await sleep(100);
    }
  }

  it('forecasts what it costs, and changes nothing', async () => {
    const { status, body } = await post('/v1/reprocessings/forecast', { what: { kind: 'retranscribe' } });
    expect([status, body]).toEqual([
      200,
      {
        ...{ recordings: RECORDINGS, recordingsOfUnknownPrice: 0 },
        ...{ audioSeconds: expect.any(Number), costUsd: expect.any(Number) },
      },
    ]);
    const { costUsd, audioSeconds } = body as Begun['forecast'];
    const recordings = await Promise.all(ids.map((id) => world.server.recordingUntil(id, isSettled)));
    const durations = recordings.map((one) => (one as unknown as Sounding).audio.durationSeconds);
    expect(audioSeconds).toBeCloseTo(
      durations.reduce((sum, one) => sum + one, 0),
      2,
    );
    expect(costUsd).toBeGreaterThan(0);
    const report = await post('/v1/reprocessings/forecast', {
      what: { kind: 'report', reportType: 'summary' },
    });
    expect((report.body as Begun['forecast']).costUsd).toBeGreaterThan(0);
    const none = await post('/v1/reprocessings/forecast', {
      ...{ what: { kind: 'retranscribe' }, filter: { fileName: 'nowhere' } },
    });
    expect(none.body).toEqual({
      ...{ recordings: 0, audioSeconds: 0, costUsd: null, recordingsOfUnknownPrice: 0 },
    });
    expect((await world.server.get<{ reprocessings: Batch[] }>('/v1/reprocessings')).reprocessings).toEqual(
      [],
    );
  });

  it('asks a few at a time, and begins nothing new while it is paused', async () => {
    world.openai.hear = () => [{ start: 0, end: 3, text: ' The balcony was sunny.' }];
    world.openai.latencyMs = 400;
    const calls = world.openai.calls.length;
    batch = await start({ kind: 'retranscribe', language: 'ru' });
    await until(({ progress }) => progress.asked === WINDOW);
    expect((await post(`/v1/reprocessings/${batch}/pause`)).status).toBe(200);
    const paused = await until(
      ({ status, progress }) => status === 'paused' && progress.asked === progress.done + progress.failed,
    );
    expect(paused.progress.asked).toBeLessThan(RECORDINGS);
    const { asked } = paused.progress;
    await sleep(800);
    expect((await read()).progress.asked).toBe(asked);
    expect(world.openai.calls.length - calls).toBe(asked);
    expect(paused.items.filter(({ status }) => status === 'waiting')).toHaveLength(RECORDINGS - asked);
  });

  it('is not lost with the server', async () => {
    expect((await post(`/v1/reprocessings/${batch}/resume`)).status).toBe(200);
    await until(({ items }) => items.some(({ status }) => status === 'started'));
    await world.server.kill();
    await world.server.start();
    const done = await until(({ status }) => status === 'finished');
    world.openai.latencyMs = 0;
    expect(done).toMatchObject({
      progress: { total: RECORDINGS, asked: RECORDINGS, done: RECORDINGS, failed: 0, share: 1 },
      verdicts: { open: RECORDINGS, accepted: 0, rejected: 0 },
    });
    expect(done.cost.usd).toBeGreaterThan(0);
    expect(done.items.map(({ recordingId }) => recordingId)).toEqual(ids);
    expect(done.items.map(({ result }) => result)).toEqual(
      ids.map(() => ({ kind: 'transcript', transcriptVersion: 2 })),
    );
  });

  it('keeps both versions', async () => {
    for (const id of ids) {
      await world.server.recordingUntil(id, (one) => isSettled(one) && one.reports.length === 2);
      expect(await transcript(id)).toMatchObject({ version: 2, lines: [{ text: 'The balcony was sunny.' }] });
      expect(await transcript(id, '?version=1')).toMatchObject({
        lines: [{ text: 'The corridor was freezing.' }],
      });
    }
    await foundIn('sunny balcony', ids);
    await foundIn('freezing corridor', []);
  });

  it('goes back, for one recording, to what was there before', async () => {
    const id = ids[2]!;
    const then = new Date().toISOString();
    const answer = await post(`/v1/reprocessings/${batch}/items/${id}/reject`);
    expect(answer.status).toBe(202);
    await foundIn('freezing corridor', [id]);
    await foundIn(
      'sunny balcony',
      ids.filter((one) => one !== id),
    );
    // The report on it comes back as well.
    await foundIn('freezing', ids, ['report']);
    const recording = await world.server.recordingUntil(id, isSettled);
    expect(recording).toMatchObject({ transcript: { version: 1, wordCount: 4 }, language: 'en' });
    expect(recording.reports).toMatchObject([
      { transcriptVersion: 1, current: true, rejected: false },
      { transcriptVersion: 2, current: false, rejected: true },
    ]);
    expect(await transcript(id)).toMatchObject({
      version: 1,
      lines: [{ text: 'The corridor was freezing.' }],
    });
    // What is rejected can still be read, and a look back shows what was then.
    expect(await transcript(id, '?version=2')).toMatchObject({ lines: [{ text: 'The balcony was sunny.' }] });
    expect(await transcript(id, `?asOf=${then}`)).toMatchObject({ version: 2 });
    expect((await read()).items[2]).toMatchObject({ recordingId: id, verdict: 'rejected' });
    expect((await post(`/v1/reprocessings/${batch}/items/${id}/reject`)).status).toBe(202);
    const other = await post(`/v1/reprocessings/${batch}/items/${id}/accept`);
    expect([other.status, other.body]).toEqual([409, ofType('verdict-given')]);
  });

  it('accepts the rest', async () => {
    const { body } = await post(`/v1/reprocessings/${batch}/accept`);
    const { position } = body as Begun;
    expect((await read(batch, `?after=${position}`)).verdicts).toEqual({
      ...{ open: 0, accepted: RECORDINGS - 1, rejected: 1 },
    });
    expect(await transcript(ids[0]!)).toMatchObject({ version: 2 });
    const again = await post(`/v1/reprocessings/${batch}/reject`);
    expect([again.status, again.body]).toEqual([409, ofType('nothing-to-judge')]);
  });

  it('writes reports again, and goes back to those before', async () => {
    world.anthropic.write = () => 'It was glorious.';
    const reports = await start({ kind: 'report', reportType: 'summary' });
    const done = await until(({ status }) => status === 'finished', reports);
    expect(done.progress).toMatchObject({ done: RECORDINGS, failed: 0 });
    await foundIn('glorious', ids, ['report']);
    const before = await world.server.recordingUntil(ids[0]!, isSettled);
    const written = done.items[0]!.result!.reportId!;
    expect(before.reports.at(-1)).toMatchObject({ id: written, current: true });
    expect((await post(`/v1/reprocessings/${reports}/reject`)).status).toBe(202);
    await foundIn('glorious', [], ['report']);
    const after = await world.server.recordingUntil(
      ids[0]!,
      ({ reports: all }) => (all.at(-1) as unknown as { rejected: boolean }).rejected,
    );
    expect(after.reports.slice(-2)).toMatchObject([{ current: true }, { id: written, current: false }]);
    expect(await world.server.get(`/v1/reports/${written}`)).toMatchObject({
      ...{ rejected: true, searchable: false, status: 'completed' },
    });
  });

  it('leaves a trail from who asked for it down to each report, and back', async () => {
    const reports = await start({ kind: 'report', reportType: 'summary' });
    const done = await until(({ status }) => status === 'finished', reports);
    const written = done.items.map(({ result }) => result!.reportId!);
    const listed = async (query: string): Promise<TrailEvent[]> => {
      for (;;) {
        const { events } = await world.server.get<{ events: TrailEvent[] }>(`/v1/events?${query}`);
        if (events.length > 0) return events;
        await sleep(50);
      }
    };
    const [request] = await listed(`type=ReprocessingRequested&stream=reprocessing-${reports}`);
    for (const id of [written[0]!, written.at(-1)!]) {
      const [completed] = await listed(`type=AnalysisCompleted&stream=report-${id}`);
      const { causes, cut } = await world.server.get<Tree>(`/v1/events/${completed!.id}`);
      expect([causes[0]?.id, cut]).toEqual([request!.id, false]);
    }
    const tree = await world.server.get<Tree>(`/v1/events/${request!.id}`);
    expect([tree.causes, tree.cut]).toEqual([[], false]);
    const streams = new Set<string>();
    const walk = ({ stream, jobs, effects }: TreeNode): void => {
      streams.add(stream);
      for (const next of [...effects, ...jobs.flatMap((job) => job.effects)]) walk(next);
    };
    walk(tree.consequences);
    expect([...streams]).toEqual(expect.arrayContaining(written.map((id) => `report-${id}`)));
  });

  it('tells why a recording failed, and goes on', async () => {
    world.openai.failAlways(() => ({ kind: 'status', status: 400 }));
    const failing = await start({ kind: 'retranscribe', language: 'de' });
    const done = await until(({ status }) => status === 'finished', failing);
    world.openai.failAlways(undefined);
    expect(done.progress).toMatchObject({ done: 0, failed: RECORDINGS, share: 1 });
    expect(done.items.every(({ code, result }) => code !== null && result === null)).toBe(true);
    // What was current stays so.
    expect(await transcript(ids[0]!)).toMatchObject({ version: 2 });
  });

  const ofType = (name: string): unknown =>
    expect.objectContaining({ type: expect.stringMatching(new RegExp(`:${name}$`)) });
  const retranscribe = { kind: 'retranscribe' };

  it.each<[string, object, number, string]>([
    ['nothing found', { what: retranscribe, filter: { fileName: 'nowhere' } }, 422, 'nothing-chosen'],
    [
      'too much money',
      { what: retranscribe, filter: { status: ['failed', 'ready'] }, maxCostUsd: 0 },
      422,
      'forecast-too-high',
    ],
    ['no such report', { what: { kind: 'report', reportType: 'poem' } }, 422, 'unknown-report-type'],
    ['no such work', { what: { kind: 'sing' } }, 400, 'invalid-request'],
    ['no such filter', { what: retranscribe, filter: { colour: 'red' } }, 400, 'invalid-request'],
    ['a wrong language', { what: { ...retranscribe, language: 'english' } }, 400, 'invalid-request'],
    ['nothing said', {}, 400, 'invalid-request'],
  ])('refuses to begin: %s', async (_, body, status, type) => {
    const answer = await post('/v1/reprocessings', body);
    expect([answer.status, answer.body]).toEqual([status, ofType(type)]);
  });

  it.each(['pause', 'resume', 'cancel'])('refuses to %s what is over', async (what) => {
    const answer = await post(`/v1/reprocessings/${batch}/${what}`);
    expect([answer.status, answer.body]).toEqual([409, ofType('reprocessing-over')]);
  });

  it('knows nothing of what is not there', async () => {
    for (const id of [UNKNOWN, 'x']) {
      expect((await world.server.request(`/v1/reprocessings/${id}`)).status).toBe(404);
      expect((await post(`/v1/reprocessings/${id}/pause`)).status).toBe(404);
    }
    expect((await post(`/v1/reprocessings/${batch}/items/${UNKNOWN}/accept`)).status).toBe(404);
  });

  describe('by the operator', () => {
    const vox = (...args: string[]): Promise<string> =>
      world.server.vox('reprocess', ...args, '--owner', 'owner');
    const fails = async (code: number, ...args: string[]): Promise<string> => {
      const error = (await vox(...args).catch((thrown: unknown) => thrown)) as {
        code: number;
        stderr: string;
      };
      expect(error.code).toBe(code);
      return error.stderr;
    };
    const report = ['--report', 'summary', '--status', 'ready,failed'];

    it('is forecast, begun, waited for, shown and judged', async () => {
      expect(JSON.parse(await vox('forecast', ...report, '--json'))).toMatchObject({
        recordings: RECORDINGS,
      });
      const done = JSON.parse(await vox('start', ...report, '--json')) as { id: string; status: string };
      expect(done).toMatchObject({ status: 'finished', finished: RECORDINGS });
      expect(await vox('status')).toContain(`${done.id}  `);
      expect(await vox('status', done.id)).toContain(`finished: ${RECORDINGS} of ${RECORDINGS} done`);
      expect(await vox('accept', done.id, '--recording', ids[0]!)).toContain('accepted.');
      expect(await vox('reject', done.id)).toContain('rejected.');
      expect(await fails(1, 'pause', done.id)).toBe('This batch is over.\n');
    });

    it('is refused with a reason', async () => {
      expect(await fails(1, 'forecast')).toMatch(/--retranscribe, or --report/);
      expect(await fails(1, 'start', '--report', 'poem')).toMatch(/no report type poem/);
      expect(await fails(1, 'start', ...report, '--max-cost', '0')).toMatch(/more than \$0/);
      expect(await fails(1, 'start', '--retranscribe', '--file-name', 'nowhere')).toMatch(/no recording/);
      expect(await fails(1, 'status', UNKNOWN)).toMatch(/no batch/);
      expect(await fails(1, 'cancel', 'x')).toMatch(/no batch/);
    });
  });

  it('does not wait for what is erased or cancelled, and goes on when the rest is called off', async () => {
    world.openai.latencyMs = 1_500;
    const ending = await start({ kind: 'retranscribe', language: 'fr' }, { status: ['ready', 'failed'] });
    await until(({ progress }) => progress.asked === WINDOW, ending);
    const [erased, cancelled] = ids as [string, string];
    for (const id of [erased, cancelled]) {
      await world.server.recordingUntil(id, ({ status }) => status === 'processing');
    }
    await world.server.request(`/v1/recordings/${erased}`, { method: 'DELETE' });
    await post(`/v1/recordings/${cancelled}/cancel`);
    const heard = await until(({ progress }) => progress.failed === 2, ending);
    expect(heard.items.slice(0, 2).map(({ code }) => code)).toEqual([
      'recording_erased',
      'recording_cancelled',
    ]);
    // Their places are taken by the next.
    await until(({ progress }) => progress.asked > WINDOW, ending);
    expect((await post(`/v1/reprocessings/${ending}/cancel`)).status).toBe(200);
    world.openai.latencyMs = 0;
    const over = await until(
      ({ status, progress }) => status === 'cancelled' && progress.asked === progress.done + progress.failed,
      ending,
    );
    expect(over.progress.done).toBeGreaterThan(0);
    const rejected = await post(`/v1/reprocessings/${ending}/reject`);
    expect(rejected.status).toBe(202);
  });

  it('is not there for another workspace', async () => {
    const key = (await world.server.vox('keys', 'add', '--owner', 'Bea')).trim();
    await untilReadable(world.server, key, (await recordedNow()).position);
    expect((await world.server.request(`/v1/reprocessings/${batch}`, { key })).status).toBe(404);
    for (const what of ['pause', 'accept', 'reject', `items/${ids[0]}/reject`]) {
      expect((await post(`/v1/reprocessings/${batch}/${what}`, {}, key)).status).toBe(404);
    }
    expect((await post('/v1/reprocessings', { what: retranscribe }, key)).body).toEqual(
      ofType('nothing-chosen'),
    );
  });

  const recordedNow = async (): Promise<Begun> =>
    (await post('/v1/reprocessings', { what: { kind: 'report', reportType: 'summary' } })).body as Begun;
});
