import { longRecording } from '@test/audio/audio';
import { withDatabaseOf } from '@test/server/dump-database';
import { isFinished, RecordingBody, TestAnswer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { newMember } from '@test/server/workspace-fixture';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  id: string;
  type: string;
  stream: string;
  position: string;
  metadata: { recordedAt: string; $correlationId: string; actor: { kind: string; id: string } };
  data: Record<string, unknown>;
  broken?: string;
}
interface Page {
  events: Entry[];
  next: string | null;
}
interface Node {
  id: string;
  type: string;
  call: { model: { provider: string }; costUsd: number } | null;
  promptVersion: string | null;
  broken?: string;
  jobs: { type: string; state: string; effects: Node[] }[];
  effects: Node[];
}

describe('The audit trail', () => {
  let world: ServerWithFakes;
  let id: string;
  let report: string;
  let trail: Entry[];

  beforeAll(async () => {
    world = await serverWithFakes();
    await world.server.start();
    id = await world.server.uploaded(longRecording(15, 640), { reports: 'summary' });
    const done = await world.server.recordingUntil(
      id,
      (r) => isFinished(r) && r.reports[0]?.status === 'completed',
    );
    report = done.reports[0]!.id;
    for (;;) {
      const { searchable } = await world.server.get<{ searchable: boolean }>(`/v1/reports/${report}`);
      if (searchable) break;
    }
    trail = (await world.server.get<{ events: Entry[] }>(`/v1/recordings/${id}/events`)).events;
    // The index of the trail comes after what it is asked for here.
    for (;;) {
      const { events } = await world.server.get<Page>(`/v1/events?recording=${id}&limit=200`);
      if (events.length >= trail.length) break;
    }
  });
  afterAll(() => world.close());

  const ask = (path: string): Promise<TestAnswer> => world.server.request(path);
  const list = (query: string): Promise<Page> => world.server.get<Page>(`/v1/events?${query}`);

  it('lists everything of the workspace, by page, both ways', async () => {
    const all: Entry[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Page = await list(`limit=3&sort=position${next ? `&cursor=${next}` : ''}`);
      all.push(...page.events);
      ({ next } = page);
    }
    const positions = all.map(({ position }) => Number(position));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(all.map((entry) => entry.type)).toEqual(
      expect.arrayContaining(['OwnerRegistered', 'ApiKeyIssued', 'AudioUploaded', 'ReportPartWritten']),
    );
    expect((await list('limit=200')).events.map((entry) => entry.id)).toEqual(
      all.map((entry) => entry.id).reverse(),
    );
    expect(all.filter(({ data, type }) => data.recordingId === id && type !== 'AudioClaimed')).toEqual(trail);
  });

  it('is narrowed to what is asked for', async () => {
    const [upload] = trail;
    const { $correlationId: correlation } = upload!.metadata;
    const types = async (query: string): Promise<string[]> =>
      (await list(`${query}&limit=200&sort=position`)).events.map(({ type }) => type);
    expect(await types(`type=AudioUploaded`)).toEqual(['AudioUploaded']);
    expect(await types(`stream=recording-${id}&type=AudioSplit`)).toEqual(['AudioSplit']);
    expect(new Set(await types('category=report'))).toEqual(
      new Set(['ReportRequested', 'ReportPartWritten', 'AnalysisCompleted', 'PassagesEmbedded', 'Indexed']),
    );
    expect(await types(`correlation=${correlation}&recording=${id}`)).toEqual([
      'AudioClaimed',
      ...trail.map(({ type }) => type),
    ]);
    expect(await types('actor=report-saga')).toContain('ReportPartWritten');
    expect(await types(`before=${upload!.metadata.recordedAt}`)).not.toContain('AudioUploaded');
    expect(await types(`from=${upload!.metadata.recordedAt}`)).toContain('AudioUploaded');
    expect(await types('stream=recording-none')).toEqual([]);
  });

  it('is given as one file, of documents or as a table', async () => {
    const ndjson = await ask('/v1/events?format=ndjson&sort=position');
    expect(ndjson.headers.get('content-type')).toMatch('application/x-ndjson');
    const lines = ndjson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
    expect(lines.filter(({ data, type }) => data.recordingId === id && type !== 'AudioClaimed')).toEqual(
      trail,
    );
    const csv = await ask(`/v1/events?format=csv&type=AudioUploaded`);
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="events.csv"');
    expect(csv.text.split('\r\n')[0]).toMatch(/^id,position,recordedAt,type,/);
    expect(csv.text.split('\r\n')[1]).toMatch(
      new RegExp(`^${trail[0]!.id},\\d+,.*,AudioUploaded,recording-${id},0,`),
    );
  });

  it('shows what followed from an upload: events, jobs, calls to models, results', async () => {
    const tree = await world.server.get<{ causes: unknown[]; consequences: Node; cut: boolean }>(
      `/v1/events/${trail[0]!.id}`,
    );
    expect(tree).toMatchObject({ causes: [], cut: false });
    const nodes: Node[] = [];
    const walk = (node: Node): void => {
      nodes.push(node);
      for (const next of [...node.effects, ...node.jobs.flatMap((job) => job.effects)]) walk(next);
    };
    walk(tree.consequences);
    expect(nodes.map((node) => node.id).sort()).toEqual(trail.map((entry) => entry.id).sort());
    expect(tree.consequences.jobs).toMatchObject([
      { type: 'SplitAudio', state: 'done', effects: [{ type: 'AudioSplit' }] },
    ]);
    const written = nodes.find(({ type }) => type === 'ReportPartWritten');
    expect(written).toMatchObject({
      call: { model: { provider: 'anthropic' }, costUsd: expect.any(Number) },
      promptVersion: expect.any(String),
    });
    const { causes } = await world.server.get<{ causes: { type: string }[] }>(`/v1/events/${written!.id}`);
    expect(causes.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['AudioUploaded', 'AudioSplit', 'AllChunksTranscribed', 'ReportRequested']),
    );
  });

  it('holds refusals, and is for auditors of the same workspace only', async () => {
    const analyst = await newMember(world.server, world.server.key, 'analyst');
    expect((await world.server.request('/v1/events', { key: analyst.key })).status).toBe(403);
    for (;;) {
      const { events } = await list('type=AccessDenied');
      if (events.some(({ data }) => data.route === 'GET /v1/events')) break;
    }
    const other = (await world.server.vox('keys', 'add', '--owner', 'another')).trim();
    while ((await world.server.request('/v1/me', { key: other })).status === 401);
    expect((await world.server.request(`/v1/events/${trail[0]!.id}`, { key: other })).status).toBe(404);
    const { body } = await world.server.request(`/v1/events?recording=${id}`, { key: other });
    expect(body).toMatchObject({ events: [] });
  });

  it.each([
    ['/v1/events?type=Poem', 'invalid-request'],
    ['/v1/events?from=yesterday', 'invalid-request'],
    ['/v1/events?colour=red', 'unknown-parameter'],
    ['/v1/events?cursor=x', 'invalid-cursor'],
    ['/v1/events?since=x', 'invalid-after'],
    ['/v1/events/x', 'not-found'],
    [`/v1/events/${randomUUID()}`, 'not-found'],
  ])('refuses %s with what to do', async (path, type) => {
    expect((await ask(path)).body).toMatchObject({ type: expect.stringMatching(new RegExp(`${type}$`)) });
  });

  describe('as of an earlier moment', () => {
    let mark: string;

    /** A log position as clients carry it. */
    const tokenOf = (position: string): string => `${mark}.${position}`;

    beforeAll(async () => {
      const { body } = await world.server.upload(longRecording(15, 640), { reports: 'summary' });
      mark = (body as { position: string }).position.split('.')[0]!;
    });

    it('shows a recording, its transcript and its report as they were', async () => {
      const statusAt = (entry: Entry): Promise<RecordingBody> =>
        world.server.get<RecordingBody>(`/v1/recordings/${id}?asOf=${tokenOf(entry.position)}`);
      const at = (type: string): Entry => trail.find((entry) => entry.type === type)!;
      expect(await statusAt(at('AudioUploaded'))).toMatchObject({ status: 'processing', stage: 'splitting' });
      expect(await statusAt(at('AudioSplit'))).toMatchObject({ stage: 'transcribing', chunks: { done: 0 } });
      expect(await statusAt(trail.at(-1)!)).toMatchObject({ status: 'ready' });
      const before = tokenOf(at('AudioSplit').position);
      expect((await ask(`/v1/recordings/${id}/transcript?asOf=${before}`)).status).toBe(409);
      expect((await ask(`/v1/reports/${report}?asOf=${before}`)).status).toBe(404);
      const then = tokenOf(at('TranscriptAssembled').position);
      expect((await ask(`/v1/recordings/${id}/transcript?asOf=${then}`)).body).toEqual(
        (await ask(`/v1/recordings/${id}/transcript`)).body,
      );
      const requested = tokenOf(at('ReportRequested').position);
      expect((await ask(`/v1/reports/${report}?asOf=${requested}`)).body).toMatchObject({
        ...{ status: 'writing', completedAt: null },
      });
    });

    it('takes a time, up to the last event that was recorded by then', async () => {
      const split = trail.find(({ type }) => type === 'AudioSplit')!;
      const { body } = await ask(`/v1/recordings/${id}?asOf=${split.metadata.recordedAt}`);
      expect(body).toMatchObject({ stage: 'transcribing' });
      expect((await ask(`/v1/recordings/${id}?asOf=${new Date().toISOString()}`)).body).toMatchObject({
        status: 'ready',
      });
    });

    it.each([
      ['2999-01-01T00:00:00Z', 'as-of-in-future'],
      ['2000-01-01T00:00:00Z', 'as-of-before-log'],
      ['yesterday', 'invalid-as-of'],
      ['000000000000.1', 'invalid-as-of'],
    ])('refuses %s', async (asOf, type) => {
      for (const path of [`recordings/${id}`, `recordings/${id}/transcript`, `reports/${report}`]) {
        const { status, body } = await ask(`/v1/${path}?asOf=${asOf}`);
        expect([status, body]).toEqual([
          400,
          expect.objectContaining({ type: expect.stringMatching(new RegExp(`${type}$`)) }),
        ]);
      }
    });

    it('refuses a position that is still to come, or before the first', async () => {
      const far = tokenOf('999999999');
      expect((await ask(`/v1/recordings/${id}?asOf=${far}`)).body).toMatchObject({
        type: expect.stringMatching(/as-of-in-future$/),
      });
      expect((await ask(`/v1/recordings/${id}?asOf=${tokenOf('0')}`)).body).toMatchObject({
        type: expect.stringMatching(/as-of-before-log$/),
      });
    });
  });

  it('is listed by the command line', async () => {
    const { server } = world;
    const lines = (await server.vox('events', '--stream', `recording-${id}`, '--json')).trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Entry);
    expect(events.map(({ type }) => type)).toEqual(
      trail.filter(({ stream }) => stream === `recording-${id}`).map(({ type }) => type),
    );
    const [first] = events;
    expect(await server.vox('events', '--type', 'AudioUploaded', '--limit', '1')).toMatch(
      new RegExp(`^${first!.position}  .*  AudioUploaded  recording-${id} 0  by api-key `),
    );
    await expect(server.vox('events', '--type', 'Poem')).rejects.toMatchObject({ code: 1 });
    const { name } = (await server.get<{ workspace: { name: string } }>('/v1/me')).workspace;
    expect(await server.vox('recordings', '--owner', name)).toMatch(new RegExp(`^${id}  .*  ready  `));
  });

  it('is sealed, verified and proved by the command line', async () => {
    const { server } = world;
    expect(await server.vox('audit', 'seal')).toMatch(
      /^Sealed \d+ events: root [0-9a-f]{64}, signed by [0-9a-f]{16}/,
    );
    const verified = JSON.parse(await server.vox('audit', 'verify', '--json')) as Record<string, number>;
    expect(verified).toMatchObject({ seals: expect.any(Number), listOfSealedEvents: true });
    expect(await server.vox('audit', 'verify', '--seals', join(server.dataFolder, 'seals.jsonl'))).toMatch(
      /^Verified/,
    );
    const proof = join(server.dataFolder, 'proof.json');
    await server.vox('audit', 'prove', trail[0]!.id, '--out', proof);
    const key = (await server.vox('audit', 'key')).trim();
    expect(await server.vox('audit', 'check', proof, '--public-key', key)).toMatch(
      new RegExp(`^AudioUploaded ${trail[0]!.id}, event 0 of recording-${id}, was event \\d+ of the log`),
    );
    const other = join(server.dataFolder, 'other.json');
    writeFileSync(other, '{}');
    await expect(server.vox('audit', 'check', other)).rejects.toMatchObject({
      ...{ code: 1, stderr: 'REFUSED: this is no proof of an event\n' },
    });
    await expect(server.vox('audit', 'prove', randomUUID())).rejects.toMatchObject({ code: 1 });
  });

  describe('with an event that was altered in the database', () => {
    let altered: Entry;

    /** The data as the row holds it. */
    let kept: string;

    const write = (data: string): Promise<unknown> =>
      withDatabaseOf(world.server.dataFolder, (client) =>
        client.query('UPDATE events SET data = $2 WHERE id = $1', [altered.id, data]),
      );
    beforeAll(async () => {
      altered = trail.find(({ type }) => type === 'AudioSplit')!;
      const { rows } = await withDatabaseOf(world.server.dataFolder, (client) =>
        client.query<{ data: string }>('SELECT data::text FROM events WHERE id = $1', [altered.id]),
      );
      kept = rows[0]!.data;
      await write(JSON.stringify({ ...(JSON.parse(kept) as object), durationSeconds: 1 }));
    });
    afterAll(() => write(kept));

    const isShown = (entry: Entry | undefined): void => {
      expect(entry).toMatchObject({ id: altered.id, type: 'AudioSplit', stream: altered.stream });
      expect(entry?.broken).toMatch(/was changed after it was written/);
      expect(entry).not.toHaveProperty('data');
      expect(entry?.metadata).toEqual(altered.metadata);
    };

    it('shows it in every list, without what it says', async () => {
      const { events } = await list('limit=200&type=AudioSplit&recording=' + id);
      isShown(events[0]);
      const own = (await world.server.get<{ events: Entry[] }>(`/v1/recordings/${id}/events`)).events;
      expect(own.map((entry) => entry.id)).toEqual(trail.map((entry) => entry.id));
      isShown(own.find((entry) => entry.id === altered.id));
      expect(own.filter((entry) => entry.id !== altered.id)).toEqual(
        trail.filter((entry) => entry.id !== altered.id),
      );
    });

    it('goes on with exports to their end', async () => {
      const { text } = await ask(`/v1/events?format=ndjson&sort=position&recording=${id}`);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Entry);
      expect(lines.at(-1)?.id).toBe(trail.at(-1)!.id);
      isShown(lines.find((entry) => entry.id === altered.id));
      const csv = (await ask(`/v1/events?format=csv&sort=position&recording=${id}`)).text
        .trimEnd()
        .split('\r\n');
      expect(csv).toHaveLength(lines.length + 1);
      expect(csv.find((line) => line.startsWith(altered.id))).toMatch(/,,Event 1 of stream .* was changed/);
    });

    it('shows it in trees', async () => {
      const tree = await world.server.get<{ event: Entry; consequences: Node }>(`/v1/events/${altered.id}`);
      isShown(tree.event);
      expect(tree.consequences.broken).toMatch(/was changed/);
      const { consequences } = await world.server.get<{ consequences: Node }>(`/v1/events/${trail[0]!.id}`);
      expect(consequences.jobs[0]?.effects[0]).toMatchObject({ id: altered.id, broken: expect.any(String) });
    });

    it('makes no past state of it, and says why', async () => {
      const { body } = await world.server.upload(longRecording(15, 640));
      const mark = (body as { position: string }).position.split('.')[0]!;
      const at = (entry: Entry): string => `/v1/recordings/${id}?asOf=${mark}.${entry.position}`;
      const refused = await ask(at(altered));
      expect([refused.status, refused.body]).toEqual([
        500,
        expect.objectContaining({
          type: 'urn:voxpersona:problem:event-altered',
          detail: expect.stringMatching(new RegExp(`${altered.id}.*vox audit verify`)),
        }),
      ]);
      expect((await ask(at(trail[0]!))).body).toMatchObject({ status: 'processing', stage: 'splitting' });
      expect((await ask(`/v1/recordings/${id}`)).body).toMatchObject({ status: 'ready' });
    });
  });
});
