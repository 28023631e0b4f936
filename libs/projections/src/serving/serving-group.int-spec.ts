import { appendHistories } from '@test/history/histories';
import { createTestLog, OpenLog, TestLog } from '@test/postgres/test-log';
import { deriveId, DOMAIN_EVENTS, DomainEvent } from '@voxpersona/domain';
import {
  ALONE,
  EventCodec,
  Leadership,
  LogReader,
  PostgresKeyRing,
  toPosition,
} from '@voxpersona/event-store';
import { inSnapshot, migrate } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ResourceIncomplete } from '../generations/active-tables';
import { GenerationKeeper } from '../generations/generation-keeper';
import { listParkedEvents } from '../generations/parked-events';
import { ReadModel } from '../generations/read-model';
import { digestOf } from '../generations/tables';
import { PROJECTION_MIGRATIONS } from '../migrations';
import { GetRecording, GetRecordingHandler } from '../queries/get-recording';
import { READ_MODELS } from '../read-models';
import { ServedPosition } from './served-position';

const silent = { warn: () => undefined, error: () => undefined };
const NAMES = READ_MODELS.map(({ name }) => name);

describe('The read models that serve', () => {
  let log: TestLog;
  const masterKey = randomBytes(32);
  const running: GenerationKeeper[] = [];

  beforeEach(async () => {
    log = await createTestLog();
    await migrate(log.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((keeper) => keeper.stop()));
    await log.close();
  });

  function codecOf({ pool }: Pick<OpenLog, 'pool'>): EventCodec<DomainEvent> {
    const keys = new PostgresKeyRing(pool, masterKey);
    return new EventCodec(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
  }

  /** What a process would run. */
  function start(models: readonly ReadModel[] = READ_MODELS, leadership: Leadership = ALONE) {
    const { pool, store, listener } = log.openAgain();
    const reader = new LogReader(store, codecOf({ pool }));
    const served = new ServedPosition(pool, listener);
    const { reached: onMoved } = served;
    const keeper = new GenerationKeeper(models, { reader, pool, listener, leadership, log: silent, onMoved });
    running.push(keeper);
    keeper.start();
    return { keeper, served };
  }

  const write = (atLeast: number, width = 5) => appendHistories(log.store, codecOf(log), atLeast, { width });

  const positions = async (): Promise<string[]> => {
    const { rows } = await log.pool.query<{ position: string }>(
      'SELECT position FROM checkpoints WHERE name = ANY ($1)',
      [NAMES],
    );
    return rows.map(({ position }) => position);
  };

  const upToDate = async (served: ServedPosition, names: readonly string[] = NAMES): Promise<void> => {
    expect(await served.waitFor(names, await log.store.head(), 20_000)).toBe(true);
  };

  it('advance together: whoever looks finds all of them at one position', async () => {
    const { served } = start();
    const over = new AbortController();
    const seen = new Set<number>();
    const looking = (async () => {
      while (!over.signal.aborted) {
        const now = await positions();
        seen.add(new Set(now).size);
        await sleep(1);
      }
    })();
    await write(400);
    await upToDate(served);
    over.abort();
    await looking;
    // None before the first start has made them.
    seen.delete(0);
    expect([...seen]).toEqual([1]);
  });

  it('answer what was recorded at a position as soon as that is waited for, also where another process writes', async () => {
    start();
    const { listener, pool } = log.openAgain();
    const elsewhere = new ServedPosition(pool, listener);
    for (let n = 0; n < 20; n += 1) {
      const { recordings } = await write(1, 1);
      await upToDate(elsewhere);
      const { rowCount } = await pool.query('SELECT FROM read_recordings WHERE id = ANY ($1::uuid[])', [
        recordings,
      ]);
      expect(rowCount).toBe(recordings.length);
    }
    const beyond = toPosition(`${await log.store.head()}0`);
    expect(await elsewhere.waitFor(NAMES, beyond, 50)).toBe(false);
  });

  it('go on past an event that one of them cannot apply: that resource answers nothing, everything else does', async () => {
    let bad: string | undefined;
    const broken = READ_MODELS.map((model) =>
      model.name !== 'recordings'
        ? model
        : ({
            ...model,
            apply: (events, table, transaction) => {
              bad ??= events.find(({ type }) => type === 'AudioSplit')?.id;
              if (events.some(({ id }) => id === bad)) return Promise.reject(new Error('what is this'));
              return model.apply(events, table, transaction);
            },
          } satisfies ReadModel),
    );
    const { served, keeper } = start(broken);
    const { recordings, owner } = await write(200);
    await upToDate(served);
    expect(new Set(await positions()).size).toBe(1);
    expect(await listParkedEvents(log.pool)).toMatchObject([{ projection: 'recordings', eventId: bad }]);
    const { rows } = await log.pool.query<{ stream: string }>('SELECT stream FROM events WHERE id = $1', [
      bad,
    ]);
    const incomplete = rows[0]!.stream.slice('recording-'.length);
    const handler = new GetRecordingHandler(log.pool);
    const get = (recordingId: string) => handler.execute(new GetRecording(owner, recordingId));
    await expect(get(incomplete)).rejects.toBeInstanceOf(ResourceIncomplete);
    const other = recordings.find((id) => id !== incomplete)!;
    expect(await get(other)).toMatchObject({ owner });
    // The others have applied it.
    const { rowCount } = await log.pool.query('SELECT FROM read_events WHERE id = $1', [bad]);
    expect(rowCount).toBe(1);
    await keeper.stop();
  });

  it('leave one behind that cannot be written, show it, and take it back when it can', async () => {
    const { served, keeper } = start();
    await write(50);
    await upToDate(served);
    await log.pool.query('ALTER TABLE read_reports RENAME TO hidden_reports');
    await write(50);
    const others = NAMES.filter((name) => name !== 'reports');
    await upToDate(served, others);
    const statusOf = (name: string) => keeper.statuses.find((one) => one.name === name)?.status;
    expect(statusOf('reports')).toMatchObject({ state: 'halted' });
    expect(statusOf('recordings')).toMatchObject({ state: 'running' });
    expect(await served.waitFor(['reports'], await log.store.head(), 50)).toBe(false);
    await log.pool.query('ALTER TABLE hidden_reports RENAME TO read_reports');
    await log.pool.query('NOTIFY voxpersona_generations');
    await upToDate(served);
    expect(new Set(await positions()).size).toBe(1);
    expect(statusOf('reports')).toMatchObject({ state: 'running' });
  });

  it('that stand apart, as a build before left them, are brought to one position first', async () => {
    const first = start();
    await write(100);
    await upToDate(first.served);
    const digests = await allDigests();
    await first.keeper.stop();
    // Two of them had fallen back.
    for (const [name, table] of [
      ['reports', 'read_reports'],
      ['directory', 'read_directory'],
    ]) {
      await log.pool.query(`DELETE FROM ${table}`);
      await log.pool.query('UPDATE checkpoints SET position = 0 WHERE name = $1', [name]);
    }
    const second = start();
    await upToDate(second.served);
    expect(await allDigests()).toEqual(digests);
    expect(new Set(await positions()).size).toBe(1);
  });

  it('are written once where two processes both believe that it is their turn', async () => {
    const [one, two] = [start(), start()];
    await write(300, 3);
    await Promise.all([upToDate(one.served), upToDate(two.served)]);
    // A double would have broken a key, and been parked.
    expect(await listParkedEvents(log.pool)).toEqual([]);
    const { rows } = await log.pool.query<{ all: string; own: string }>(
      'SELECT (SELECT count(*) FROM events) AS all, (SELECT count(*) FROM read_events) AS own',
    );
    expect(rows[0]?.own).toBe(rows[0]?.all);
  });

  const allDigests = () =>
    inSnapshot(log.pool, async (snapshot) => {
      const digests = [];
      for (const { table } of READ_MODELS) digests.push(await digestOf(table, snapshot));
      return digests;
    });
});
