import { FakeProvider, FakeWork } from '@test/fake-provider';
import { createTestDatabase } from '@test/postgres/test-database';
import { proofSize } from '@test/proof-size';
import { compiledFile, createPool, migrate } from '@voxpersona/platform';
import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROVIDER_KEY_MIGRATIONS } from './migrations';

/** Answers anything at once; what counts is when it is asked. */
class SilentProvider extends FakeProvider {
  protected receive(): Promise<FakeWork> {
    return Promise.resolve({ about: 'call', answer: () => ({}) });
  }
}

const KEYS = ['sk-first-key-of-the-proof', 'sk-second-key-of-the-proof'];
const SCRIPT = join(__dirname, '../../../../../test/support/keys/calling-process.cjs');
const PROCESSES = 3;
const REQUESTS_PER_WINDOW = 50;
const CALLS = 300;
/** Part of the limit that must be used while there is work. */
const LEAST_USE = 0.9;

/** Starts a process that waits for the word, and gives what it reports at the end. */
async function callingProcess(task: object): Promise<{ go: () => void; report: Promise<Report> }> {
  const child: ChildProcess = fork(SCRIPT, { execArgv: [] });
  child.send(task);
  await once(child, 'message');
  const report = once(child, 'message').then(([message]) => message as Report);
  return { go: () => child.send('go'), report };
}

interface Report {
  failures: string[];
  warnings: string[];
}

it('keeps three processes within the limits of two keys by the clock of the provider, and uses them', async () => {
  const windowMs = proofSize({ short: 4_000, full: 60_000 });
  const fake = new SilentProvider();
  fake.limit = { requestsPerWindow: REQUESTS_PER_WINDOW, windowMs };
  fake.latencyMs = 20;
  const url = await fake.start();
  const database = await createTestDatabase();
  const { connectionString } = database;
  const pool = createPool({ connectionString, applicationName: 'test', onIdleError: () => undefined });
  try {
    await migrate(pool, PROVIDER_KEY_MIGRATIONS);
    const task = {
      connectionString,
      url,
      calls: CALLS / PROCESSES,
      keysModule: compiledFile(__dirname, 'index'),
      httpFailureModule: compiledFile(join(__dirname, '..'), 'http-failure'),
      options: {
        provider: 'fake',
        keys: KEYS,
        requestsPerMinute: REQUESTS_PER_WINDOW,
        tokensPerMinute: undefined,
        windowMs,
      },
    };
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => callingProcess(task)));
    for (const each of processes) each.go();
    const reports = await Promise.all(processes.map((each) => each.report));

    expect(reports).toEqual(reports.map(() => ({ failures: [], warnings: [] })));
    expect(fake.calls).toHaveLength(CALLS);
    const rounds = CALLS / KEYS.length / REQUESTS_PER_WINDOW - 1;
    for (const key of KEYS) {
      expect(fake.busiestWindow(key)).toBeLessThanOrEqual(REQUESTS_PER_WINDOW);
      const times = fake.calls.filter((call) => call.key === key).map((call) => call.startedAt);
      expect(times).toHaveLength(CALLS / KEYS.length);
      // At best a call comes one window after the one that is a full limit before it. Taken over all calls at once,
      // so that how fast the processes start does not count, only how fast they go on.
      times.sort((a, b) => a - b);
      const took = times.slice(rounds * REQUESTS_PER_WINDOW).map((time, index) => time - (times[index] ?? 0));
      const mean = took.reduce((sum, each) => sum + each, 0) / took.length;
      const use = (rounds * windowMs) / mean;
      process.stdout.write(
        `limits: ${key.slice(3, 9)}: busiest window ${fake.busiestWindow(key)} of ${REQUESTS_PER_WINDOW}, ` +
          `use ${(100 * use).toFixed(1)} %, all calls within ${((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000} s ` +
          `(at best ${(rounds * windowMs) / 1_000} s)\n`,
      );
      expect(use).toBeGreaterThanOrEqual(LEAST_USE);
    }
  } finally {
    await pool.end();
    await fake.stop();
    await database.drop();
  }
}, 300_000);
