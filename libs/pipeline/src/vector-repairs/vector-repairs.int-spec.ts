import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { createPool, migrate, PostgresListener } from '@voxpersona/platform';
import { MissingVectors } from '@voxpersona/vector-store';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { JOB_MIGRATIONS } from '../jobs/migrations';
import { JobQueue } from '../jobs/job-queue';
import { VECTOR_REPAIR_MIGRATIONS } from './migrations';
import { PostgresVectorRepairs } from './vector-repairs';

const OURS = 'test/sentences/16';
const FORMER = 'test/words/8';

describe('Repairs of missing vectors', () => {
  let database: TestDatabase;
  let pool: Pool;
  let listener: PostgresListener;
  let queue: JobQueue;
  let repairs: PostgresVectorRepairs;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { connectionString } = database;
    pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
    await migrate(pool, [...JOB_MIGRATIONS, ...VECTOR_REPAIR_MIGRATIONS]);
    listener = new PostgresListener(connectionString, { warn: () => undefined });
    queue = new JobQueue(pool);
    repairs = new PostgresVectorRepairs(pool, listener, queue, OURS);
  });
  afterEach(() => pool.query('DELETE FROM jobs; DELETE FROM missing_vectors'));
  afterAll(async () => {
    await listener.close();
    await pool.end();
    await database.drop();
  });

  const missing = (position: bigint, vectors = 2): MissingVectors => ({
    ...{ eventId: randomUUID(), position, recordingId: randomUUID(), correlationId: 'c', workspaceId: null },
    source: { kind: 'transcript', transcriptVersion: 1 },
    passageIds: Array.from({ length: vectors }, () => randomUUID()),
  });
  const jobs = () => queue.list(['ready', 'running', 'parked', 'done', 'cancelled'], 50);
  const setState = (state: string, failureCode: string | null = null) =>
    pool.query('UPDATE jobs SET state = $1, failure_code = $2', [state, failureCode]);

  it('are queued once, however many notice', async () => {
    const lost = missing(3n);
    const processes = Array.from({ length: 8 }, () => new PostgresVectorRepairs(pool, listener, queue, OURS));
    await Promise.all(processes.map((one) => one.settle(OURS, 5n, [lost])));
    await repairs.settle(OURS, 6n, [lost]);
    expect(await jobs()).toMatchObject([
      { lane: 'vector-repair', causationId: lost.eventId, job: { type: 'RepairVectors', embedder: OURS } },
    ]);
    expect(await repairs.figures(OURS)).toEqual({ underWay: 2, givenUp: 0, impossible: 0 });
  });

  it('wake whoever waits for them, and are queued again when vectors are lost a second time', async () => {
    const lost = missing(3n);
    await repairs.settle(OURS, 5n, [lost]);
    let told: () => void = () => undefined;
    const repaired = new Promise<void>((resolve) => (told = resolve));
    const unsubscribe = repairs.onRepaired(told);
    await setState('done');
    await repairs.finish(OURS, lost.eventId);
    await repaired;
    unsubscribe();
    expect(await repairs.figures(OURS)).toEqual({ underWay: 0, givenUp: 0, impossible: 0 });
    await repairs.settle(OURS, 9n, [lost]);
    expect((await jobs()).map(({ state }) => state)).toEqual(['ready', 'done']);
  });

  it('are taken off the list when they are not missing any more, but for what came later', async () => {
    const [before, after] = [missing(3n), missing(8n)];
    await repairs.settle(OURS, 8n, [before, after]);
    // An index that has read less knows nothing of the later one.
    await repairs.settle(OURS, 5n, []);
    expect(await repairs.figures(OURS)).toMatchObject({ underWay: 2 });
    await repairs.settle(OURS, 8n, []);
    expect(await repairs.figures(OURS)).toMatchObject({ underWay: 0 });
  });

  it('that were given up stay so, until somebody retries the job', async () => {
    const lost = missing(3n);
    await repairs.settle(OURS, 5n, [lost]);
    await setState('parked', 'unavailable');
    await repairs.settle(OURS, 6n, [lost]);
    expect(await jobs()).toMatchObject([{ state: 'parked' }]);
    expect(await repairs.figures(OURS)).toEqual({ underWay: 0, givenUp: 2, impossible: 0 });
  });

  it('cannot be made for an embedder that is not configured, and are made once it is again', async () => {
    const lost = missing(3n, 3);
    await repairs.settle(FORMER, 5n, [lost]);
    expect(await jobs()).toEqual([]);
    expect(await repairs.figures(FORMER)).toEqual({ underWay: 0, givenUp: 0, impossible: 3 });
    const configured = new PostgresVectorRepairs(pool, listener, queue, FORMER);
    await configured.settle(FORMER, 5n, [lost]);
    expect(await repairs.figures(FORMER)).toEqual({ underWay: 3, givenUp: 0, impossible: 0 });
    // A worker of another configuration took the job.
    await setState('parked', 'not_installed');
    await configured.settle(FORMER, 6n, [lost]);
    expect((await jobs()).map(({ state }) => state)).toEqual(['ready', 'cancelled']);
  });

  it('are not called off when the recording is cancelled, but when it is erased', async () => {
    const lost = missing(3n);
    await repairs.settle(OURS, 5n, [lost]);
    const connection = await pool.connect();
    await queue.callOff(connection, lost.recordingId, 'underWay');
    expect(await jobs()).toMatchObject([{ state: 'ready' }]);
    await queue.callOff(connection, lost.recordingId, 'unfinished');
    connection.release();
    expect(await jobs()).toMatchObject([{ state: 'cancelled' }]);
  });
});
