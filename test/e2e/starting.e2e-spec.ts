import { FaultyFront, FrontMode } from '@test/postgres/faulty-front';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { proofSize } from '@test/proof-size';
import { makeDataFolder, TestServer } from '@test/server/test-server';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Any recogniser will do: nothing is transcribed here. */
const PROVIDERS = { OPENAI_API_KEY: 'sk-unused', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
/** The promise is 3 s. Beside other tests on a busy machine it is enough to see that the wait is not awaited. */
const LIMIT_MS = proofSize({ short: 8_000, full: 3_000 });
/** After so many connections the database goes away, in the middle of a start. */
const BREAKS = proofSize({ short: [2, 5], full: [...Array(16).keys()] });
const FAILURE = /cannot be used: (.+)\. Try \d+ follows in \d+\.\d s/;

/** Reasons that the server has given for waiting. */
function reasons({ output }: TestServer): string[] {
  return output.split('\n').flatMap((line) => FAILURE.exec(line)?.[1] ?? []);
}

async function hasWaited(server: TestServer, times: number): Promise<void> {
  while (reasons(server).length < times) {
    if (server.pid === undefined) throw new Error(`It ended:\n${server.output}`);
    await sleep(20);
  }
}

describe('A start with DATABASE_URL', () => {
  let database: TestDatabase;
  let front: FaultyFront;
  let server: TestServer;

  beforeEach(async () => {
    database = await createTestDatabase();
    front = new FaultyFront(database.connectionString);
    await front.start();
    server = serverOn(front.connectionString);
  });
  afterEach(async () => {
    await server.kill();
    rmSync(server.dataFolder, { recursive: true, force: true });
    await front.stop();
    await database.drop();
  });

  function serverOn(connectionString: string): TestServer {
    const dataFolder = mkdtempSync(join(tmpdir(), 'voxpersona-start-'));
    return new TestServer({ dataFolder, env: { ...PROVIDERS, DATABASE_URL: connectionString } });
  }

  it.each([
    ['refused', 3, /ECONNREFUSED/],
    ['reset', 3, /ECONNRESET/],
    ['starting', 3, /the database system is starting up/],
    // Ten seconds each.
    ['silent', 1, /timeout/],
  ] as const)('waits while connections are %s, and says so each time', async (mode, times, reason) => {
    await front.become(mode);
    const started = server.start();
    await hasWaited(server, times);
    for (const given of reasons(server)) expect(given).toMatch(reason);
    await front.become('through');
    await started;
    expect((await server.request('/v1/me')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it.each<FrontMode>(['refused', 'silent'])(
    'ends at once when it is stopped while connections are %s',
    async (mode) => {
      await front.become(mode);
      const started = server.start();
      started.catch(() => undefined);
      if (mode === 'refused') await hasWaited(server, 1);
      else while (front.connections === 0) await sleep(10);
      const startedAt = performance.now();
      expect(await server.stop()).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
      await expect(started).rejects.toThrow();
    },
  );

  it('comes up wherever its database goes away on the way', async () => {
    for (const connections of BREAKS) {
      front.becomeAfter(connections, 'reset');
      const started = server.start();
      await Promise.race([hasWaited(server, 1), started]);
      await front.become('through');
      await started;
      expect((await server.request('/health/ready')).status).toBe(200);
      expect(await server.stop()).toBe(0);
      server.output = '';
    }
  }, 600_000);

  it('ends with a clear word where the user, the password or the database is wrong', async () => {
    const wrongPassword = new URL(database.connectionString);
    wrongPassword.password = 'not-the-password';
    const wrongName = new URL(database.connectionString);
    wrongName.pathname = '/nowhere';
    for (const [url, reason] of [
      [wrongPassword, 'password authentication failed'],
      [wrongName, 'database "nowhere" does not exist'],
    ] as const) {
      server.env.DATABASE_URL = url.toString();
      server.output = '';
      const { code, output } = await server.startAndExit();
      expect(code).toBe(1);
      expect(output).toContain('PostgreSQL refuses DATABASE_URL: ');
      expect(output).toContain(reason);
      expect(output).not.toContain('not-the-password');
      expect(output).not.toMatch(/\bat .*\.js:\d+/);
    }
  });
});

describe('A start with the embedded PostgreSQL', () => {
  let server: TestServer;
  let postmaster: number;

  beforeEach(async () => {
    server = new TestServer({ dataFolder: makeDataFolder(), env: PROVIDERS });
    await server.start();
    await server.kill();
    const [pid] = readFileSync(join(server.dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n');
    postmaster = Number(pid);
    process.kill(postmaster, 'SIGSTOP');
  });
  afterEach(async () => {
    process.kill(postmaster, 'SIGCONT');
    await server.destroy();
  });

  it('waits for one that was left behind and does not answer, and says so', async () => {
    const started = server.start();
    await hasWaited(server, 1);
    expect(server.output).toContain(`The embedded PostgreSQL (pid ${postmaster}) cannot be used`);
    process.kill(postmaster, 'SIGCONT');
    await started;
    expect(server.output).toContain('Adopted the running embedded PostgreSQL');
    expect((await server.request('/v1/me')).status).toBe(200);
  });

  it('ends at once when it is stopped meanwhile', async () => {
    const started = server.start();
    started.catch(() => undefined);
    await hasWaited(server, 1);
    const startedAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
    await expect(started).rejects.toThrow();
  });
});
