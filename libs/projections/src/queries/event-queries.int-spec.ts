import { toPosition } from '@voxpersona/event-store';
import { createTestLog, TestLog } from '@test/postgres/test-log';
import { migrate } from '@voxpersona/platform';
import { VECTOR_STORE_MIGRATIONS } from '@voxpersona/vector-store';
import { randomUUID } from 'node:crypto';
import { Pool, QueryConfig } from 'pg';
import { PROJECTION_MIGRATIONS } from '../migrations';
import {
  EventEntry,
  EventWithItsRequest,
  FindEventWithItsRequest,
  FindEventWithItsRequestHandler,
  ListEvents,
  ListEventsHandler,
  TrailBounds,
} from './event-queries';
import { KeysetPosition, Page } from './keyset';

const [OWNER, OTHER] = [randomUUID(), randomUUID()];
const WIDE: TrailBounds = { causes: 100, effects: 100, steps: 100 };

describe('The index of the audit trail', () => {
  let world: TestLog;
  let position = 0;

  beforeAll(async () => {
    world = await createTestLog();
    await migrate(world.pool, [...VECTOR_STORE_MIGRATIONS, ...PROJECTION_MIGRATIONS]);
  });
  afterAll(() => world.close());

  async function happened(
    causation: string,
    correlation: string,
    { id = randomUUID(), owner = OWNER, command = randomUUID() } = {},
  ): Promise<string> {
    position += 1;
    await world.pool.query(
      `INSERT INTO read_events (id, position, owner, stream, revision, category, event_type, actor_kind, actor_id,
         correlation_id, causation_id, command_id, recorded_at, latest_recorded_at)
       VALUES ($1, $2, $3, 's-1', 0, 's', 'T', 'saga', 'x', $4, $5, $6, $7, $7)`,
      [id, position, owner, correlation, causation, command, new Date(position * 1_000)],
    );
    return id;
  }
  /** A request, and events that each came of the one before, every second of them under a correlation of its own. */
  async function chain(length: number): Promise<string[]> {
    const ids = [await happened('a request', 'a request')];
    for (let index = 1; index < length; index += 1) {
      ids.push(await happened(ids.at(-1) ?? '', index % 2 === 0 ? 'a request' : 'a batch'));
    }
    return ids;
  }
  async function around(id: string, bounds: TrailBounds = WIDE): Promise<EventWithItsRequest> {
    const found = await new FindEventWithItsRequestHandler(world.pool).execute(
      new FindEventWithItsRequest(OWNER, id, bounds),
    );
    if (!found) throw new Error('It is not there.');
    return found;
  }
  const idsOf = (all: readonly { id: string }[]): string[] => all.map(({ id }) => id);

  it('finds causes and effects across requests, in order', async () => {
    const ids = await chain(6);
    const sibling = await happened(ids[0]!, 'a request');
    const { event, causes, effects, cut } = await around(ids[2]!);
    expect([event.id, idsOf(causes), idsOf(effects), cut]).toEqual([
      ids[2],
      ids.slice(0, 2),
      ids.slice(3),
      false,
    ]);
    expect(causes[0]).toEqual({
      ...{ id: ids[0], type: 'T', recordedAt: expect.stringMatching(/^1970-01-01T.*Z$/) },
    });
    expect(idsOf((await around(ids[0]!)).effects)).toEqual([...ids.slice(1), sibling]);
  });

  it('says so where it stops before the end', async () => {
    const ids = await chain(6);
    const [first = '', last = ''] = [ids[0], ids[5]];
    const bounded = async (id: string, bounds: Partial<TrailBounds>): Promise<[string[], boolean]> => {
      const { causes, effects, cut } = await around(id, { ...WIDE, ...bounds });
      return [idsOf([...causes, ...effects]), cut];
    };
    expect(await bounded(last, { causes: 5 })).toEqual([ids.slice(0, 5), false]);
    expect(await bounded(last, { causes: 4 })).toEqual([ids.slice(1, 5), true]);
    expect(await bounded(first, { effects: 5 })).toEqual([ids.slice(1), false]);
    expect(await bounded(first, { effects: 4 })).toEqual([ids.slice(1, 5), true]);
    expect(await bounded(first, { steps: 5 })).toEqual([ids.slice(1), false]);
    expect(await bounded(first, { steps: 4 })).toEqual([ids.slice(1, 5), true]);
  });

  it('prefers effects that are near', async () => {
    const [first = '', second = ''] = await chain(3);
    const near = await happened(first, 'a request');
    expect(idsOf((await around(first, { ...WIDE, effects: 2 })).effects)).toEqual([second, near]);
  });

  it('does not go into another workspace', async () => {
    const theirs = await happened('a request', 'a request', { owner: OTHER });
    const own = await happened(theirs, 'a request');
    const follows = await happened(own, 'a request', { owner: OTHER });
    await happened(follows, 'a request');
    expect(await around(own)).toMatchObject({ causes: [], effects: [], cut: false });
    await expect(around(theirs)).rejects.toThrow('not there');
  });

  it('has what a command of a request recorded stand under the first of it', async () => {
    const [request, command] = [randomUUID(), randomUUID()];
    const asked = await happened(request, request, { command });
    const elsewhere = await happened(request, request);
    const begun = await happened(request, request, { command });
    const followed = await happened(begun, 'a batch');
    await happened(request, request, { command, owner: OTHER });
    const fromTop = await around(asked);
    expect([idsOf(fromTop.causes), idsOf(fromTop.effects)]).toEqual([[], [begun, followed]]);
    expect(idsOf((await around(begun)).causes)).toEqual([asked]);
    expect(idsOf((await around(begun)).effects)).toEqual([followed]);
    expect(idsOf((await around(followed)).causes)).toEqual([asked, begun]);
    expect(await around(elsewhere)).toMatchObject({ causes: [], effects: [] });
    // What comes of a job's command has its cause in the log: it does not stand under another effect.
    const job = randomUUID();
    const result = await happened(followed, 'a batch', { command: job });
    const next = await happened(followed, 'a batch', { command: job });
    expect(await around(result)).toMatchObject({ effects: [] });
    expect(idsOf((await around(next)).causes)).toEqual([asked, begun, followed]);
  });

  it('is not led in a circle by a request that was named like an event', async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    await happened(other, other, { id });
    await happened(id, id, { id: other });
    const itself = randomUUID();
    await happened(itself, itself, { id: itself });
    expect(idsOf((await around(id)).effects)).toEqual([other]);
    expect(idsOf((await around(other)).causes)).toEqual([id]);
    expect(await around(itself)).toMatchObject({ causes: [], effects: [] });
  });

  it('is listed page by page from the index on owner and position, without sorting', async () => {
    await world.pool.query(
      `INSERT INTO read_events (id, position, owner, stream, revision, category, event_type, actor_kind, actor_id,
         correlation_id, causation_id, command_id, recorded_at, latest_recorded_at)
       SELECT gen_random_uuid(), 1000 + n, $1, 's-1', 0, 's', 'T', 'saga', 'x', 'c', 'c', 'c', now(), now()
       FROM generate_series(1, 20000) AS n`,
      [OWNER],
    );
    await world.pool.query('ANALYZE read_events');
    const asked: { text: string; values: unknown[] }[] = [];
    const pool = {
      query: (query: string | QueryConfig, values: unknown[] = []) => {
        const text = typeof query === 'string' ? query : query.text;
        if (text.includes('sorted_by')) asked.push({ text, values });
        return typeof query === 'string' ? world.pool.query(query, values) : world.pool.query(query);
      },
    } as unknown as Pool;
    const handler = new ListEventsHandler(pool);
    for (const descending of [true, false]) {
      const seen: number[] = [];
      let after: KeysetPosition | null = null;
      for (let pages = 0; pages < 3; pages += 1) {
        const page = { owner: OWNER, limit: 50, after };
        const { rows, next }: Page<EventEntry> = await handler.execute(
          new ListEvents(page, { afterPosition: toPosition('1000') }, descending),
        );
        seen.push(...rows.map((row) => Number(row.position)));
        after = next;
      }
      expect(seen).toEqual(
        Array.from({ length: 150 }, (_, index) => (descending ? 21_000 - index : 1_001 + index)),
      );
    }
    expect(asked).toHaveLength(6);
    for (const { text, values } of asked) {
      const { rows } = await world.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan (Backward )?using read_events_\w+/);
      expect(plan).not.toContain('Sort');
    }
  });
});
