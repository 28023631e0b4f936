import { INTERVIEW, longRecording } from '@test/audio/audio';
import { freePort } from '@test/free-port';
import { parseExposition, sumOf } from '@test/metrics/exposition';
import { proofSize } from '@test/proof-size';
import { BusyClient } from '@test/server/busy-client';
import { readEventStream } from '@test/server/event-source';
import { HalvedUpload } from '@test/server/halved-upload';
import { isFinished, TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The promise is 3 s. Beside other tests on a busy machine it is enough to see that nothing waits for the grace. */
const LIMIT_MS = proofSize({ short: 15_000, full: 3_000 });
const STOPS = proofSize({ short: 2, full: 20 });
const RESTARTS = proofSize({ short: 5, full: 20 });
/** A start comes at most so long after the stop. */
const WITHIN_MS = 200;
const LONGEST_JOB_MS = 7_000;
const GRACE = { SHUTDOWN_GRACE_SECONDS: '60' };

describe('Stopping', () => {
  let world: ServerWithFakes;
  let server: TestServer;

  beforeAll(async () => {
    const plant = join(__dirname, '../support/server/plant-failures.cjs');
    world = await serverWithFakes({ env: { ...GRACE, NODE_OPTIONS: `--require ${plant}` } });
    ({ server } = world);
  });
  beforeEach(() => server.start());
  afterEach(async () => {
    world.openai.latencyMs = 0;
    await server.kill();
  });
  afterAll(() => world.close());

  async function stop(): Promise<{ code: number | null; ms: number }> {
    const startedAt = performance.now();
    const code = await server.stop();
    return { code, ms: performance.now() - startedAt };
  }

  async function isRefused(url: string): Promise<void> {
    while (await fetch(`${url}/health/live`).then(Boolean, () => false)) await sleep(10);
  }

  it('takes a moment, however busy a client is and whoever follows events', async () => {
    const times: number[] = [];
    for (let n = 0; n < STOPS; n += 1) {
      if (n > 0) await server.start();
      const client = new BusyClient(`${server.url}/v1/me`, server.key);
      await client.start();
      const streams = [1, 2].map(() =>
        readEventStream(`${server.url}/v1/events/stream`, { key: server.key, lastId: null }),
      );
      await sleep(300);
      const { code, ms } = await stop();
      times.push(Math.round(ms));
      expect(code).toBe(0);
      expect(ms).toBeLessThan(LIMIT_MS);
      for (const stream of streams) expect(await stream).toMatchObject({ status: 200, ended: true });
      // Told to go elsewhere by the last answer, unless its next request was on the way when the connection was closed.
      const end = await client.end();
      if (end !== 'ECONNRESET') expect(client.answers.at(-1)).toMatchObject({ connection: 'close' });
      expect(client.answers.length).toBeGreaterThan(1);
    }
    process.stdout.write(`stopped after ${times.join(', ')} ms\n`);
  }, 600_000);

  it('lets an upload finish, and takes no new one', async () => {
    const incoming = join(server.dataFolder, 'objects/.incoming');
    const upload = new HalvedUpload(server.url, server.key, readFileSync(INTERVIEW));
    while (!existsSync(incoming) || readdirSync(incoming).length === 0) await sleep(10);
    const stopped = stop();
    await isRefused(server.url);
    const { status, headers, body } = await upload.finish();
    expect({ status, connection: headers.connection }).toEqual({ status: 202, connection: 'close' });
    expect(await stopped).toMatchObject({ code: 0 });
    await server.start();
    const { id } = body as { id: string };
    expect(await server.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready' });
  });

  it('lets a running job finish, which is not run again', async () => {
    const { openai } = world;
    openai.latencyMs = 2_000;
    const before = openai.calls.length;
    const id = await server.uploaded(longRecording(8, 801));
    await server.recordingUntil(id, () => openai.calls.length > before);
    expect(await stop()).toMatchObject({ code: 0 });
    await server.start();
    expect(await server.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready' });
    expect(openai.calls.length - before).toBe(1);
  });

  it(`is waited for by a start within ${WITHIN_MS} ms: ${RESTARTS} of ${RESTARTS} come up`, async () => {
    const { openai } = world;
    const env = { ...server.env, PORT: String(await freePort()) };
    let current = server;
    let waited = 0;
    for (let n = 0; n < RESTARTS; n += 1) {
      // The former process still works while the next one starts, for a shorter or a longer time.
      openai.latencyMs = (LONGEST_JOB_MS * n) / (RESTARTS - 1);
      const before = openai.calls.length;
      const id = await current.uploaded(longRecording(4, 810 + n));
      while (openai.calls.length === before) await sleep(10);
      const former = current.pid!;
      const next = new TestServer({ dataFolder: server.dataFolder, env });
      const stopped = current.stop();
      await sleep((WITHIN_MS * n) / (RESTARTS - 1));
      await next.start();
      expect(await stopped).toBe(0);
      expect(await next.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready' });
      if (next.output.includes(`(pid ${former}) is still stopping. Waiting for it`)) waited += 1;
      current = next;
    }
    expect(await current.stop()).toBe(0);
    process.stdout.write(`${RESTARTS} starts, ${waited} of which waited for the former process\n`);
  }, 600_000);

  it('is waited for while jobs finish, and no longer than the process lives', async () => {
    const { openai } = world;
    openai.latencyMs = 20_000;
    const before = openai.calls.length;
    const id = await server.uploaded(longRecording(8, 803));
    await server.recordingUntil(id, () => openai.calls.length > before);
    const former = server.pid!;
    void server.stop();
    await isRefused(server.url);
    const next = new TestServer({ dataFolder: server.dataFolder, env: server.env });
    const started = next.start();
    while (!next.output.includes(`(pid ${former}) is still stopping`)) await sleep(20);
    const listed = next.vox('jobs', 'list');
    // Longer than a start tries to get a lock.
    await sleep(6_000);
    openai.latencyMs = 0;
    await server.kill();
    await started;
    await listed;
    expect(await next.recordingUntil(id, isFinished)).toMatchObject({ status: 'ready' });
    await next.stop();
  });

  describe('after an error that nobody handles', () => {
    async function unhandled(): Promise<number> {
      const { text } = await server.request('/metrics', { key: null });
      return sumOf(parseExposition(text), 'voxpersona_unhandled_rejections_total');
    }

    it('does not happen for a rejection, which is logged with its stack and counted', async () => {
      expect(await unhandled()).toBe(0);
      for (const count of [1, 2]) {
        process.kill(server.pid!, 'SIGUSR2');
        while ((await unhandled()) < count) await sleep(20);
      }
      expect(server.output).toMatch(/Unhandled rejection: Error: planted rejection\n\s+at .*plant-failures/);
      expect(server.output).toMatch(/caused by Error: planted cause\n\s+at/);
      expect((await server.request('/v1/me')).status).toBe(200);
      expect(await server.stop()).toBe(0);
    });

    it('is orderly for an exception, and ends with exit code 1', async () => {
      const postmaster = join(server.dataFolder, 'postgres/postmaster.pid');
      expect(existsSync(postmaster)).toBe(true);
      process.kill(server.pid!, 'SIGHUP');
      while (server.pid !== undefined) await sleep(20);
      expect(await server.stop()).toBe(1);
      expect(server.output).toMatch(
        /Uncaught exception, .*: Error: planted exception\n\s+at .*plant-failures/,
      );
      expect(existsSync(postmaster)).toBe(false);
    });
  });
});
