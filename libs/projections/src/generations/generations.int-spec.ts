import { appendHistories } from '@test/history/histories';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { defineEvent, deriveId, DOMAIN_EVENTS, DomainEvent, eventCatalogue } from '@voxpersona/domain';
import {
  EventCodec,
  EventStore,
  LogReader,
  PostgresKeyRing,
  PostgresLeadership,
  readCheckpoint,
  UNKNOWN_TYPE,
} from '@voxpersona/event-store';
import { inTransaction, migrate, SessionLocks } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PROJECTION_MIGRATIONS } from '../migrations';
import { READ_MODELS } from '../read-models';
import { checkpointName, Generation, listGenerations, tableName } from './generation';
import { GenerationKeeper } from './generation-keeper';
import { GenerationRefusalCode, Generations } from './generations';
import { listParkedEvents } from './parked-events';
import { ReadModel } from './read-model';
import { digestOf } from './tables';

/** After so long a generation stands still. */
const STANDS_STILL_MS = 1_000;
/** The same where one must not be taken to stand still, however long a busy machine holds it up. */
const PATIENT_MS = 6_000;
const log = { warn: () => undefined, error: () => undefined };

describe('Generations of the read models', () => {
  let world: TestLog;
  let codec: EventCodec<DomainEvent>;
  let generations: Generations;
  let leadership: PostgresLeadership;
  let otherProcess: PostgresLeadership;
  const running: GenerationKeeper[] = [];

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
    const keys = new PostgresKeyRing(world.pool, randomBytes(32));
    codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
    generations = new Generations(world.pool);
    const { connectionString } = world;
    leadership = new PostgresLeadership(new SessionLocks({ connectionString, log }), world.pool);
    otherProcess = new PostgresLeadership(new SessionLocks({ connectionString, log }), world.pool);
    await appendHistories(world.store, codec, 1_500);
  });
  afterEach(() => Promise.all(running.splice(0).map((keeper) => keeper.stop())));
  afterAll(async () => {
    await Promise.all([leadership.close(), otherProcess.close()]);
    await world.close();
  });

  function keep(
    models: readonly ReadModel[],
    store: EventStore = world.store,
    standsStillMs = STANDS_STILL_MS,
  ): void {
    const { pool, listener } = world;
    const reader = new LogReader(store, codec);
    const keeper = new GenerationKeeper(models, {
      ...{ reader, pool, listener, leadership, log, standsStillMs },
      ignoredMs: 0,
    });
    running.push(keeper);
    keeper.start();
  }

  async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
      const found = await look();
      if (found) return found;
      await sleep(25);
    }
    throw new Error(`Not in time: ${JSON.stringify(await listGenerations(world.pool))}`);
  }
  const find = async (
    name: string,
    matches: (generation: Generation) => boolean,
  ): Promise<Generation | undefined> => (await listGenerations(world.pool, name)).find(matches);
  const active = (name: string, number: number): Promise<Generation> =>
    until(() => find(name, ({ state, generation }) => state === 'active' && generation === number));
  const inPhase = (name: string, phase: string): Promise<Generation> =>
    until(() => find(name, (one) => one.state === 'building' && one.phase === phase));
  async function caughtUp(name: string, generation: number): Promise<void> {
    const head = await world.store.head();
    await until(async () => {
      const checkpoint = await readCheckpoint(world.pool, checkpointName(name, generation));
      return checkpoint !== undefined && checkpoint.position >= head;
    });
  }
  const digest = ({ table }: ReadModel, generation: number): Promise<{ rows: number; hash: string }> =>
    inTransaction(world.pool, (transaction) => digestOf(tableName(table, generation), transaction));
  const model = (name: string): ReadModel => READ_MODELS.find((one) => one.name === name)!;

  it('of all of them are rebuilt while events arrive, and hold the same', async () => {
    keep(READ_MODELS);
    for (const { name } of READ_MODELS) await active(name, 1).then(() => caughtUp(name, 1));
    const arriving = appendHistories(world.store, codec, 400, { width: 2 });
    for (const { name } of READ_MODELS) await generations.rebuild(name);
    for (const { name } of READ_MODELS) await active(name, 2);
    await arriving;
    for (const one of READ_MODELS) {
      const { comparison, progress } = await active(one.name, 2);
      expect(comparison).toMatchObject({ equal: true });
      expect(progress).toMatchObject({ share: 1 });
      await caughtUp(one.name, 2);
    }
    expect((await digest(model('recordings'), 2)).rows).toBeGreaterThan(50);
  });

  it('are gone back to', async () => {
    keep([model('reports')]);
    await generations.rollBack('reports');
    await active('reports', 1);
    await generations.rollBack('reports');
    await active('reports', 2);
  });

  it('that differ from what serves wait for somebody to accept them', async () => {
    const transcripts = model('transcripts');
    keep([transcripts]);
    await caughtUp('transcripts', 2);
    await world.pool.query(
      "UPDATE read_transcripts_g2 SET document = '{}' WHERE id = (SELECT min(id::text)::uuid FROM read_transcripts_g2)",
    );
    await generations.rebuild('transcripts');
    const { comparison } = await inPhase('transcripts', 'differs');
    expect(comparison?.tables[0]?.active.rows).toBe(comparison?.tables[0]?.building.rows);
    expect(await find('transcripts', ({ state }) => state === 'active')).toMatchObject({ generation: 2 });
    await generations.accept('transcripts');
    await active('transcripts', 3);
    // One way back is kept, and no more.
    expect((await listGenerations(world.pool, 'transcripts')).map(({ generation }) => generation)).toEqual([
      2, 3,
    ]);
    await expect(digest(transcripts, 1)).resolves.toMatchObject({ rows: 0 });
  });

  it('stop at an event that cannot be applied, say which, and go on when it can be', async () => {
    const passages = model('passages');
    let bad: string | undefined;
    const broken: ReadModel = {
      ...passages,
      apply: (events, table, transaction) => {
        const strange = events.find(({ type }) => type === 'PassagesEmbedded');
        bad ??= strange?.id;
        if (events.some(({ id }) => id === bad)) return Promise.reject(new Error('what is this'));
        return passages.apply(events, table, transaction);
      },
    };
    await generations.rebuild('passages');
    keep([broken]);
    const { problem } = await inPhase('passages', 'failed');
    expect(problem).toMatchObject({ eventId: bad, type: 'PassagesEmbedded', reason: 'Error' });
    expect(await find('passages', ({ state }) => state === 'active')).toMatchObject({ generation: 2 });
    await Promise.all(running.splice(0).map((keeper) => keeper.stop()));
    keep([passages]);
    await generations.resume('passages');
    expect(await active('passages', 3)).toMatchObject({ problem: null, comparison: { equal: true } });
  });

  it('that serve go on without such an event, and show it', async () => {
    const members = model('members');
    await caughtUpBy([members]);
    const broken: ReadModel = {
      ...members,
      filter: {},
      apply: (events, table, transaction) =>
        events.some(({ type }) => type === 'AudioSplit')
          ? Promise.reject(new Error('what is this'))
          : members.apply(events, table, transaction),
    };
    keep([broken]);
    await appendHistories(world.store, codec, 1, { width: 1 });
    await caughtUp('members', 2);
    expect(await listParkedEvents(world.pool)).toMatchObject([
      { projection: 'members', eventType: 'AudioSplit', reason: 'Error' },
    ]);
    await generations.rebuild('members');
    expect((await inPhase('members', 'failed')).problem).toMatchObject({ type: 'AudioSplit' });
    await generations.cancel('members');
    expect(await listGenerations(world.pool, 'members')).toHaveLength(2);
  });

  async function caughtUpBy(models: readonly ReadModel[]): Promise<void> {
    keep(models);
    for (const { name } of models) {
      const serving = await until(() => find(name, ({ state }) => state === 'active'));
      await caughtUp(name, serving.generation);
    }
    await Promise.all(running.splice(0).map((keeper) => keeper.stop()));
  }

  it('pause, go on, and end when that is asked for', async () => {
    await generations.rebuild('invitations');
    await generations.pause('invitations');
    keep([model('invitations')]);
    await sleep(200);
    expect(await find('invitations', ({ state }) => state === 'building')).toMatchObject({
      phase: 'paused',
      progress: null,
    });
    await generations.resume('invitations');
    await active('invitations', 3);
    await world.pool.query(
      "DELETE FROM projection_generations WHERE projection = 'invitations' AND generation = 2",
    );
  });

  it('of which the one that serves stands still while the next version is built say so, and how that fails', async () => {
    const invitations = model('invitations');
    await caughtUpBy([invitations]);
    const serving = (await find('invitations', ({ state }) => state === 'active'))!;
    const { position } = (await readCheckpoint(
      world.pool,
      checkpointName('invitations', serving.generation),
    ))!;
    const next: ReadModel = {
      ...invitations,
      ...{ version: invitations.version + 1, filter: { types: ['AudioSplit'] } },
      apply: () => Promise.reject(new Error('what is this')),
    };
    await appendHistories(world.store, codec, 1, { width: 1 });
    keep([next]);
    const { generation, problem } = await inPhase('invitations', 'failed');
    const [keeper] = running;
    await until(() => Promise.resolve(keeper!.statuses[0]?.failedBuild));
    expect(keeper!.statuses[0]?.failedBuild).toEqual({ generation, at: `AudioSplit ${problem?.eventId}` });
    expect(keeper!.statuses[0]?.status).toEqual({ state: 'running', position, caughtUp: false });
    await Promise.all(running.splice(0).map((one) => one.stop()));
    keep([invitations]);
    await until(() => {
      const status = running[0]!.statuses[0]?.status;
      return Promise.resolve(status?.state === 'running' && status.caughtUp);
    });
    await generations.cancel('invitations').catch(() => undefined);
    await world.pool.query(
      "DELETE FROM projection_generations WHERE projection = 'invitations' AND state = 'building'",
    );
  });

  it('go on without an event of a type that this build does not know, and show it', async () => {
    const keys = new PostgresKeyRing(world.pool, randomBytes(32));
    const Poem = defineEvent('PoemWritten', z.object({ lines: z.number() }));
    const newer = new EventCodec<{ type: 'PoemWritten'; data: { lines: number } }>(
      eventCatalogue([Poem]),
      keys,
      (id, index) => deriveId('event', id, index),
    );
    const write = async (): Promise<string> => {
      const stream = `poem-${randomUUID()}`;
      const actor = { kind: 'system' as const, id: 'test', owner: null };
      const context = { commandId: randomUUID(), correlationId: 'c', causationId: 'c', actor };
      const poem = { type: 'PoemWritten' as const, data: { lines: 4 } };
      const start = { revision: -1, hash: null };
      const { events } = await newer.encode(stream, start, [poem], context, new Date().toISOString());
      await world.store.append(stream, events, 'no_stream');
      return events[0]!.id;
    };
    const parked = async (): Promise<string[]> =>
      (await listParkedEvents(world.pool))
        .filter(({ projection, reason }) => projection === 'events' && reason === UNKNOWN_TYPE)
        .map(({ eventId }) => eventId);
    const events = model('events');
    const before = await find('events', ({ state }) => state === 'active');
    const written = [await write()];
    await caughtUpBy([events]);
    expect(await parked()).toEqual(written);
    written.push(await write());
    await generations.rebuild('events');
    keep([events]);
    expect(await active('events', before!.generation + 1)).toMatchObject({ comparison: { equal: true } });
    expect(await parked()).toEqual(written);
  });

  it('of another version are built beside, and the one before is found again', async () => {
    const recordings = model('recordings');
    const next: ReadModel = { ...recordings, version: recordings.version + 1 };
    await caughtUpBy([recordings]);
    await caughtUpBy([next]);
    keep([next]);
    expect(await active('recordings', 3)).toMatchObject({ version: next.version, reason: 'version' });
    await Promise.all(running.splice(0).map((keeper) => keeper.stop()));
    // Nobody with the newer build is left: the older one goes back to what it had.
    keep([recordings]);
    expect(await active('recordings', 2)).toMatchObject({ version: recordings.version, reason: 'version' });
  });

  it('that nobody can go on with hold nothing that was erased meanwhile', async () => {
    const reports = model('reports');
    const next: ReadModel = { ...reports, version: reports.version + 1, filter: { types: ['NoSuchEvent'] } };
    await caughtUpBy([reports]);
    const { rows } = await world.pool.query<{ id: string; recording: string; owner: string }>(
      "SELECT id, document ->> 'recordingId' AS recording, owner FROM read_reports_g2 LIMIT 1",
    );
    const [report] = rows;
    keep([next]);
    await active('reports', 3);
    const stream = `recording-${randomUUID()}`;
    const actor = { kind: 'system' as const, id: 'test', owner: null };
    const context = { commandId: randomUUID(), correlationId: 'c', causationId: 'c', actor };
    const erased: DomainEvent = {
      type: 'RecordingErased',
      data: {
        ...{ recordingId: report!.recording, owner: report!.owner, claimId: randomUUID() },
        reportIds: [report!.id],
      },
    };
    const start = { revision: -1, hash: null };
    const { events } = await codec.encode(stream, start, [erased], context, new Date().toISOString());
    await world.store.append(stream, events, 'no_stream');
    await until(() => find('reports', ({ generation, pruned }) => generation === 2 && pruned));
    const left = await world.pool.query('SELECT FROM read_reports_g2 WHERE id = $1', [report!.id]);
    expect(left.rowCount).toBe(0);
    await Promise.all(running.splice(0).map((keeper) => keeper.stop()));
    // What was cut is no way back: it is built anew.
    keep([reports]);
    await active('reports', 4);
  });

  describe('beside one that serves and is behind', () => {
    const name = 'directory';
    const hold = (generation: number) =>
      otherProcess.lead(checkpointName(name, generation), 0, new AbortController().signal);
    const moveTo = (generation: number, position: bigint): Promise<unknown> =>
      world.pool.query('UPDATE checkpoints SET position = $2 WHERE name = $1', [
        checkpointName(name, generation),
        position.toString(),
      ]);
    const positionOf = async (generation: number): Promise<bigint> =>
      (await readCheckpoint(world.pool, checkpointName(name, generation)))?.position ?? 0n;

    it('wait as long as that one moves, read nothing meanwhile, and are compared', async () => {
      await caughtUpBy([model(name)]);
      const serving = (await find(name, ({ state }) => state === 'active'))!.generation;
      const head = await world.store.head();
      const turn = await hold(serving);
      await moveTo(serving, 1n);
      await generations.rebuild(name);
      keep([model(name)], world.store, PATIENT_MS);
      await caughtUp(name, serving + 1);
      await appendHistories(world.store, codec, 50, { width: 1 });
      for (let step = 2n; step < 16n; step += 1n) {
        await sleep(PATIENT_MS / 10);
        await moveTo(serving, step);
      }
      expect(await positionOf(serving + 1)).toBe(head);
      expect(await find(name, ({ state }) => state === 'building')).toMatchObject({ phase: 'reading' });
      await moveTo(serving, head);
      await turn?.end();
      expect(await active(name, serving + 1)).toMatchObject({ comparison: { equal: true } });
    });

    it('take over where it stands still, and say that they were not compared', async () => {
      await caughtUpBy([model(name)]);
      const serving = (await find(name, ({ state }) => state === 'active'))!.generation;
      const turn = await hold(serving);
      await moveTo(serving, 1n);
      await generations.rebuild(name);
      keep([model(name)]);
      const { comparison } = await active(name, serving + 1);
      expect(comparison).toEqual({
        ...{ position: '1', equal: null, tables: [] },
        notCompared: expect.stringMatching(/^the generation that served stood still at 1 for 1 s: nobody/),
      });
      await turn?.end();
    });

    it('stop, named, at an event that comes last and cannot be applied', async () => {
      await caughtUpBy([model(name)]);
      const before = (await find(name, ({ state }) => state === 'retired'))!.generation;
      const stored = await world.store.readAll({ filter: model(name).filter, limit: 10_000 });
      const last = stored.events.at(-1)!;
      await moveTo(before, last.position - 1n);
      // To its eyes the log ends before the last: what serves has read further.
      const shorter = new Proxy(world.store, {
        get: (store, property): unknown => {
          if (property === 'head') return () => Promise.resolve(last.position - 1n);
          const value: unknown = Reflect.get(store, property);
          return typeof value === 'function' ? (value.bind(store) as unknown) : value;
        },
      });
      const broken: ReadModel = {
        ...model(name),
        apply: () => Promise.reject(new Error('what is this')),
      };
      await generations.rollBack(name);
      keep([broken], shorter);
      const { problem } = await inPhase(name, 'failed');
      expect(problem).toMatchObject({ eventId: last.id, type: last.type, reason: 'Error' });
      await generations.cancel(name);
    });
  });

  it.each<[string, (name: Generations) => Promise<unknown>, GenerationRefusalCode]>([
    ['a rebuild of what there is not', (all) => all.rebuild('poems'), 'projection_not_found'],
    [
      'a second rebuild of the same',
      (all) => all.rebuild('access-trail').then(() => all.rebuild('access-trail')),
      'rebuild_running',
    ],
    ['a way back while it is rebuilt', (all) => all.rollBack('access-trail'), 'rebuild_running'],
    ['to accept what does not wait for it', (all) => all.accept('access-trail'), 'not_now'],
    ['to go on with what was not begun', (all) => all.resume('recordings'), 'no_rebuild'],
    ['to end what was not begun', (all) => all.cancel('recordings'), 'no_rebuild'],
    ['a way back to a generation that is gone', (all) => all.rollBack('invitations'), 'generation_gone'],
    ['a way back to another build', (all) => all.rollBack('recordings'), 'generation_of_another_build'],
    ['anything of what never ran', (all) => all.rebuild('vector-index'), 'not_now'],
  ])('refuse %s', async (_what, ask, code) => {
    await expect(ask(generations)).rejects.toMatchObject({ name: 'GenerationRefused', code });
  });
});
