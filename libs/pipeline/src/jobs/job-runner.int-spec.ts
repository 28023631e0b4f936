import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { createPool, migrate, PostgresListener } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { ProviderFailure } from '../providers/provider-failure';
import { JobRecord } from './job';
import { JobQueue } from './job-queue';
import { JobRunner, RunJob } from './job-runner';
import { JOB_MIGRATIONS } from './migrations';

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('The job runner', () => {
  let database: TestDatabase;
  let pool: Pool;
  let listener: PostgresListener;
  let queue: JobQueue;
  const runners: JobRunner[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({
      connectionString: database.connectionString,
      applicationName: 'test',
      onIdleError: () => undefined,
    });
    await migrate(pool, JOB_MIGRATIONS);
    listener = new PostgresListener(database.connectionString, { warn: () => undefined });
    queue = new JobQueue(pool);
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop(0)));
    await pool.query('DELETE FROM jobs');
  });
  afterAll(async () => {
    await listener.close();
    await pool.end();
    await database.drop();
  });

  async function add(count = 1, recordingId: string = randomUUID()): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const client = await pool.connect();
    const rest = { correlationId: 'c', causationId: 'e', saga: 's', owner: null };
    await queue.add(
      client,
      ids.map((id, chunkIndex) => ({
        id,
        job: { type: 'TranscribeChunk', recordingId, chunkIndex, round: 0 },
        ...rest,
      })),
    );
    client.release();
    return ids;
  }

  function start(run: RunJob, givingUp: string[] = [], places = 3, from = queue): JobRunner {
    const runner = new JobRunner(
      from,
      listener,
      run,
      (record, failure, attempts) => {
        givingUp.push(`${record.id} ${failure.code} ${attempts}`);
        return Promise.resolve();
      },
      {
        places: {
          ...{ media: 1, 'listening-copy': 1, 'speech-to-text': places, reembedding: 1, 'language-model': 1 },
          ...{ reprocessing: 1, chat: 1, housekeeping: 1, 'vector-repair': 1, indexing: 1 },
        },
        policy: { maxAttempts: 3, baseDelayMs: 5, maxDelayMs: 50 },
        log: silent,
      },
    );
    runners.push(runner);
    runner.start();
    return runner;
  }

  async function until(state: JobRecord['state'], count: number): Promise<JobRecord[]> {
    for (;;) {
      const found = await queue.list([state], 1_000);
      if (found.length >= count) return found;
      await sleep(5);
    }
  }

  const failure = (code: 'unavailable' | 'rejected', retryAfterMs?: number): ProviderFailure =>
    new ProviderFailure(code, 'told to fail', { provider: 'fake', requestId: 'req', retryAfterMs });

  it('runs every job once, within its places, also those that come later', async () => {
    const runs: string[] = [];
    let now = 0;
    let most = 0;
    start(async (record) => {
      now += 1;
      most = Math.max(most, now);
      await sleep(5);
      now -= 1;
      runs.push(record.id);
    });
    const ids = [...(await add(10)), ...(await add(10))];
    await until('done', 20);
    expect(runs.sort()).toEqual(ids.sort());
    expect(most).toBe(3);
  });

  it('gives a place that became free while it claimed to the next job', async () => {
    let finishFirst: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (finishFirst = resolve));
    let inClaim: () => Promise<void> = () => Promise.resolve();
    const slow = Object.assign(new JobQueue(pool), {
      claim: async (...asked: Parameters<JobQueue['claim']>) => {
        const claimed = await queue.claim(...asked);
        await inClaim();
        return claimed;
      },
    });
    const [id] = await add();
    const runner = start((record) => (record.id === id ? first : Promise.resolve()), [], 2, slow);
    await until('running', 1);
    inClaim = async () => {
      // The one place was given away; now the other one becomes free, and nobody is woken.
      if ((await queue.count('running')) < 2) return;
      finishFirst();
      while (runner.runningCount > 0) await sleep(5);
    };
    await add(3);
    await until('done', 4);
    // Sooner than the runner looks by itself.
  }, 20_000);

  it('of two workers only one runs a job', async () => {
    const runs: string[] = [];
    const run: RunJob = async ({ id }) => {
      runs.push(id);
      await sleep(1);
    };
    start(run);
    start(run);
    const ids = await add(40);
    await until('done', 40);
    expect(runs.sort()).toEqual(ids.sort());
  });

  it('retries a failure with the delay that the provider asked for, and then succeeds', async () => {
    const times: number[] = [];
    start(() => {
      times.push(Date.now());
      return times.length < 3 ? Promise.reject(failure('unavailable', 100)) : Promise.resolve();
    });
    await add();
    const [record] = await until('done', 1);
    expect(record).toMatchObject({ attempts: 2, failureCode: 'unavailable', failureRequestId: 'req' });
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(99);
  });

  it('gives up after the last attempt, the failure recorded first, and at once where a retry is pointless', async () => {
    const givingUp: string[] = [];
    let code: 'unavailable' | 'rejected' = 'unavailable';
    start(() => Promise.reject(failure(code)), givingUp);
    const [first] = await add();
    await until('parked', 1);
    code = 'rejected';
    const [second] = await add();
    await until('parked', 2);
    expect(givingUp).toEqual([`${first!} unavailable 3`, `${second!} rejected 1`]);
  });

  it('lets a parked job be retried, with new attempts, or cancelled', async () => {
    let works = false;
    let runs = 0;
    start(() => {
      runs += 1;
      return works || runs === 5 ? Promise.resolve() : Promise.reject(failure('unavailable'));
    });
    const [id] = await add();
    await until('parked', 1);
    // The next attempt fails too, and is retried: the count began anew.
    expect(await queue.retryParked(id!)).toBe(true);
    await until('done', 1);
    expect(runs).toBe(5);
    works = false;
    const [other] = await add();
    await until('parked', 1);
    expect(await queue.cancelParked(other!)).toBe(true);
    expect(await queue.retryParked(other!)).toBe(false);
  });

  it('hands back what it runs when it stops, without counting it', async () => {
    let began = 0;
    const runner = start((_record, signal) => {
      began += 1;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    });
    await add(2);
    while (began < 2) await sleep(5);
    await runner.stop(20);
    expect(await queue.list(['ready'], 10)).toMatchObject([{ attempts: 0 }, { attempts: 0 }]);
  });

  it('takes over from a worker that died, and its late word counts nothing', async () => {
    const [id] = await add();
    const dead = randomUUID();
    await queue.claim(dead, new Map([['speech-to-text', 1]]));
    await pool.query(`UPDATE jobs SET leased_until = now() - interval '1 second'`);
    start(() => Promise.resolve());
    const [record] = await until('done', 1);
    expect(record).toMatchObject({ id, interruptions: 1, attempts: 0 });
    await queue.park(dead, id!, { code: 'late', provider: null, requestId: null });
    expect(await queue.list(['done'], 10)).toHaveLength(1);
  });

  it('does not start a job again that it is running itself, though its lease ran out in an outage', async () => {
    let runs = 0;
    const finish: (() => void)[] = [];
    start(() => {
      runs += 1;
      return new Promise((resolve) => finish.push(resolve));
    });
    await add();
    await until('running', 1);
    await pool.query(`UPDATE jobs SET leased_until = now() - interval '1 minute'`);
    // Wakes the lane, which claims whatever it may.
    await add();
    while (runs < 2) await sleep(5);
    await sleep(50);
    expect(runs).toBe(2);
    for (const end of finish) end();
  });

  it('aborts a job that is called off', async () => {
    const recordingId = randomUUID();
    const ended = new Promise<string>((resolve) => {
      void start(
        (_record, signal) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              resolve('aborted');
              reject(new Error('aborted'));
            }),
          ),
      );
    });
    await add(1, recordingId);
    await until('running', 1);
    const client = await pool.connect();
    await queue.callOff(client, recordingId, 'unfinished');
    client.release();
    expect(await ended).toBe('aborted');
    expect(await queue.list(['cancelled'], 10)).toHaveLength(1);
  });

  it('goes on with a listening copy when its recording is cancelled, and ends it when that is erased', async () => {
    const recordingId = randomUUID();
    const client = await pool.connect();
    const rest = { correlationId: 'c', causationId: 'e', saga: 's', owner: null };
    const job = { type: 'MakeListeningCopy' as const, recordingId, copyVersion: 1 };
    await queue.add(client, [
      { id: randomUUID(), job, ...rest },
      { id: randomUUID(), job: { type: 'SplitAudio', recordingId }, ...rest },
    ]);
    await queue.callOff(client, recordingId, 'underWay');
    expect((await queue.list(['ready'], 10)).map(({ lane }) => lane)).toEqual(['listening-copy']);
    await queue.callOff(client, recordingId, 'unfinished');
    client.release();
    expect(await queue.count('ready')).toBe(0);
  });

  it('makes a listening copy while all that is split or transcribed waits, and the other way round', async () => {
    const waiting = new Set<string>();
    const ends: (() => void)[] = [];
    start(async ({ lane }) => {
      waiting.add(lane);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
    await add(20);
    const client = await pool.connect();
    const rest = { correlationId: 'c', causationId: 'e', saga: 's', owner: null };
    await queue.add(
      client,
      Array.from({ length: 5 }, (_, copyVersion) => ({
        id: randomUUID(),
        job: { type: 'MakeListeningCopy' as const, recordingId: randomUUID(), copyVersion },
        ...rest,
      })),
    );
    await queue.add(client, [
      { id: randomUUID(), job: { type: 'SplitAudio', recordingId: randomUUID() }, ...rest },
    ]);
    client.release();
    while (waiting.size < 3) await sleep(5);
    expect([...waiting].sort()).toEqual(['listening-copy', 'media', 'speech-to-text']);
    for (const end of ends) end();
  });

  it('never adds a job twice', async () => {
    const client = await pool.connect();
    const job = {
      id: randomUUID(),
      job: { type: 'SplitAudio' as const, recordingId: randomUUID() },
      ...{ correlationId: 'c', causationId: 'e', saga: 's', owner: null },
    };
    await queue.add(client, [job, job]);
    await queue.add(client, [job]);
    client.release();
    expect(await queue.count('ready')).toBe(1);
  });
});
