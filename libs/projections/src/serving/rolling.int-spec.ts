import { appendHistories } from '@test/history/histories';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent } from '@voxpersona/domain';
import { EventCodec, LogReader, PostgresKeyRing, PostgresLeadership } from '@voxpersona/event-store';
import { migrate, SessionLocks } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadModelBehind } from '../generations/active-tables';
import { listGenerations } from '../generations/generation';
import { GenerationKeeper } from '../generations/generation-keeper';
import { ReadModel } from '../generations/read-model';
import { PROJECTION_MIGRATIONS } from '../migrations';
import { GetRecording, GetRecordingHandler } from '../queries/get-recording';
import { READ_MODELS } from '../read-models';
import { ServedPosition } from './served-position';

const silent = { warn: () => undefined, error: () => undefined };
const NAMES = READ_MODELS.map(({ name }) => name);
/** Nothing stands still for longer while a deploy rolls. */
const FREEZE_MS = 5_000;

describe('While a deploy rolls, the read models', () => {
  let log: TestLog;
  const masterKey = randomBytes(32);
  const ends: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    log = await createTestLog();
    await migrate(log.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await log.close();
  });

  const codec = (): EventCodec<DomainEvent> =>
    new EventCodec(DOMAIN_EVENTS, new PostgresKeyRing(log.pool, masterKey), (id, index) =>
      deriveId('event', id, index),
    );

  /** A process of a build. */
  function start(build: number, models: readonly ReadModel[]) {
    const { pool, store, listener } = log.openAgain();
    const locks = new SessionLocks({ connectionString: log.connectionString, log: silent });
    const leadership = new PostgresLeadership(locks, pool, build);
    const served = new ServedPosition(pool, listener);
    const { reached: onMoved } = served;
    const keeper = new GenerationKeeper(models, {
      ...{ reader: new LogReader(store, codec()), pool, listener, leadership, log: silent, onMoved },
    });
    let ended: Promise<void> | undefined;
    const end = (): Promise<void> => (ended ??= keeper.stop().then(() => leadership.close()));
    ends.push(end);
    keeper.start();
    return { keeper, served, end };
  }

  const write = () => appendHistories(log.store, codec(), 20, { width: 2 });
  const keepUp = async (served: ServedPosition, patienceMs = FREEZE_MS): Promise<void> => {
    expect(await served.waitFor(NAMES, await log.store.head(), patienceMs)).toBe(true);
  };
  const leads = ({ keeper }: { keeper: GenerationKeeper }, name: string): boolean =>
    keeper.statuses.find((one) => one.name === name)?.status.state === 'running';
  const until = async (isTrue: () => boolean | Promise<boolean>): Promise<void> => {
    for (const deadline = Date.now() + 30_000; !(await isTrue());) {
      if (Date.now() > deadline)
        throw new Error(`Not in time: ${JSON.stringify(await listGenerations(log.pool))}`);
      await sleep(20);
    }
  };
  const versionThatServes = async (name: string): Promise<number | undefined> =>
    (await listGenerations(log.pool, name)).find(({ state }) => state === 'active')?.version;

  it('are fed by the newer build as soon as it lives, and by the older one again when it is gone', async () => {
    const older = start(1, READ_MODELS);
    await write();
    await keepUp(older.served, 20_000);
    expect(leads(older, 'reports')).toBe(true);
    const newer = start(2, READ_MODELS);
    await until(() => leads(newer, 'reports') && !leads(older, 'reports'));
    await write();
    await keepUp(newer.served);
    await newer.end();
    await write();
    await keepUp(older.served);
    expect(leads(older, 'reports')).toBe(true);
  });

  /** The next version of the recordings, whose build waits to be let go. */
  function nextVersion(): { models: ReadModel[]; mayBuild: () => void } {
    let mayBuild: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (mayBuild = resolve));
    const models = READ_MODELS.map((model) =>
      model.name !== 'recordings'
        ? model
        : ({
            ...model,
            version: model.version + 1,
            apply: async (events, table, transaction) => {
              await held;
              await model.apply(events, table, transaction);
            },
          } satisfies ReadModel),
    );
    return { models, mayBuild };
  }

  const before = READ_MODELS.find(({ name }) => name === 'recordings')!.version;

  it('of another version are fed by the older build until the next generation is complete', async () => {
    const { models, mayBuild } = nextVersion();
    const older = start(1, READ_MODELS);
    await write();
    await keepUp(older.served, 20_000);
    const newer = start(2, models);
    await until(() => leads(newer, 'reports'));
    for (let n = 0; n < 3; n += 1) {
      await write();
      await keepUp(older.served);
    }
    expect(await versionThatServes('recordings')).toBe(before);
    mayBuild();
    await until(async () => (await versionThatServes('recordings')) === before + 1);
    await write();
    await keepUp(newer.served);
    await older.end();
    await write();
    await keepUp(newer.served);
  });

  it('serve old rows where no older build lives, and never say that a resource does not exist which they lack', async () => {
    const { models, mayBuild } = nextVersion();
    const older = start(1, READ_MODELS);
    const { recordings, owner } = await write();
    await keepUp(older.served, 20_000);
    await older.end();
    const newer = start(2, models);
    await until(() => leads(newer, 'reports'));
    const later = await appendHistories(log.store, codec(), 1, { width: 1, owner });
    const others = NAMES.filter((name) => name !== 'recordings');
    expect(await newer.served.waitFor(others, await log.store.head(), FREEZE_MS)).toBe(true);
    const get = (id: string) => new GetRecordingHandler(log.pool).execute(new GetRecording(owner, id));
    expect(await get(recordings[0]!)).toMatchObject({ owner });
    await expect(get(later.recordings[0]!)).rejects.toBeInstanceOf(ReadModelBehind);
    mayBuild();
    await keepUp(newer.served, 20_000);
    expect(await get(later.recordings[0]!)).toMatchObject({ owner });
    expect(await get(randomUUID())).toBeNull();
  });
});
