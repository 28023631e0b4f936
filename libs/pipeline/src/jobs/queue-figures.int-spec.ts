import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { createPool, migrate } from '@voxpersona/platform';
import { Pool } from 'pg';
import { JOB_MIGRATIONS } from './migrations';
import { QUEUE_FIGURES_SQL, readQueueFigures } from './queue-figures';

describe('The figures of the queue', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
    await migrate(pool, JOB_MIGRATIONS);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function add(count: number, lane: string, state: string, dueInSeconds: number): Promise<void> {
    await pool.query(
      `INSERT INTO jobs (id, lane, job, recording_id, saga, correlation_id, causation_id, state, run_at)
       SELECT gen_random_uuid(), $2, '{}', gen_random_uuid(), 's', 'c', 'e', $3, now() + make_interval(secs => $4)
       FROM generate_series(1, $1)`,
      [count, lane, state, dueInSeconds],
    );
  }

  it('are nought for every lane of an empty queue', async () => {
    const nought = { ready: 0, running: 0, parked: 0, oldestReadySeconds: 0 };
    const figures = await readQueueFigures(pool);
    expect(Object.keys(figures)).toHaveLength(10);
    for (const lane of Object.values(figures)) expect(lane).toEqual(nought);
  });

  it('count what is not over, and tell how long work has been due', async () => {
    await add(2, 'media', 'ready', -60);
    await add(1, 'media', 'ready', 60);
    await add(3, 'speech-to-text', 'running', -500);
    await add(1, 'housekeeping', 'parked', -500);
    await add(1, 'language-model', 'ready', 60);
    const figures = await readQueueFigures(pool);
    expect(figures.media).toMatchObject({ ready: 3, running: 0, parked: 0 });
    expect(figures.media.oldestReadySeconds).toBeGreaterThanOrEqual(60);
    expect(figures.media.oldestReadySeconds).toBeLessThan(120);
    expect(figures['speech-to-text']).toEqual({ ready: 0, running: 3, parked: 0, oldestReadySeconds: 0 });
    expect(figures.housekeeping).toMatchObject({ parked: 1, oldestReadySeconds: 0 });
    // Put back for later: it does not wait yet.
    expect(figures['language-model']).toMatchObject({ ready: 1, oldestReadySeconds: 0 });
  });

  it('do not look at what is done', async () => {
    await add(20_000, 'media', 'done', -1_000);
    await pool.query('ANALYZE jobs');
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${QUEUE_FIGURES_SQL}`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('jobs_of_recording');
    expect(plan).not.toContain('Seq Scan');
  });
});
