import { ANSWER, IdempotencyProcess, IdempotencyWorld } from '@test/idempotency/processes';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const KEYS = 30;
const CALLERS_PER_PROCESS = 3;
const FAULTS = [
  /INSERT INTO idempotent_requests/,
  /UPDATE idempotent_requests AS held SET running_until = NULL/,
  /DELETE FROM idempotent_requests AS held WHERE id/,
];

/** Callers in two processes repeat the same requests, which fail often, while connections break again and again. */
describe('Idempotent requests under faults', () => {
  let world: IdempotencyWorld;
  let processes: IdempotencyProcess[];

  beforeAll(async () => {
    world = await IdempotencyWorld.create();
    processes = await Promise.all([world.start(), world.start()]);
  });
  afterAll(() => world.close());

  it('run one at a time, and have one answer, which everybody gets', async () => {
    const running = new Set<string>();
    const finished = new Map<string, string>();
    const faults: string[] = [];
    let failures = 0;

    let calls = 0;
    let isRestarting = false;
    /** Counted, not timed: on a slow machine requests get as far between two faults as on a fast one. */
    const disturb = async ({ gate }: IdempotencyProcess): Promise<void> => {
      calls += 1;
      if (calls % 4 === 0) gate.loseAnswerTo(FAULTS[(calls / 4) % FAULTS.length]!);
      if (calls % 50 !== 0 || isRestarting) return;
      isRestarting = true;
      await gate.shut();
      await gate.open();
      isRestarting = false;
    };

    /** Repeats a request until it has its answer. */
    const call = async (process: IdempotencyProcess, key: string): Promise<void> => {
      for (;;) {
        await disturb(process);
        const begun = await process.requests.begin('me', key).catch(() => undefined);
        if (!begun) failures += 1;
        if (begun?.kind === 'answered') {
          if (begun.answer.body !== finished.get(key)) faults.push(`${key} has another answer`);
          return;
        }
        if (begun?.kind === 'first') {
          if (running.has(key)) faults.push(`${key} runs twice`);
          if (finished.has(key)) faults.push(`${key} runs again after its answer`);
          running.add(key);
          await sleep(Math.random() * 5);
          running.delete(key);
          if (Math.random() < 0.6) {
            await begun.claim.release();
          } else {
            const body = randomUUID();
            finished.set(key, body);
            await begun.claim.finish('print', { ...ANSWER, body });
          }
        }
        await sleep(1);
      }
    };

    const keys = Array.from({ length: KEYS }, () => randomUUID());
    const callers = processes.flatMap((process) =>
      Array.from({ length: CALLERS_PER_PROCESS }, async () => {
        for (const key of keys) await call(process, key);
      }),
    );
    await Promise.all(callers);
    expect(faults).toEqual([]);
    expect(finished.size).toBe(KEYS);
    expect(failures).toBeGreaterThan(0);
  });
});
