import { bigWav } from '@test/audio/big-wav';
import { proofSize } from '@test/proof-size';
import { TestServer } from '@test/server/test-server';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MEBIBYTE = 1024 * 1024;
const SIZE = proofSize({ short: 96, full: 1_024 }) * MEBIBYTE;
const MAX_GROWTH = 64 * MEBIBYTE;
const AT_ONCE = 10;
const EACH = proofSize({ short: 8, full: 64 }) * MEBIBYTE;

describe('a big upload', () => {
  let server: TestServer;

  beforeAll(async () => {
    // No recogniser has to hear it: what is proved is how it comes in.
    server = new TestServer({
      env: {
        SPEECH_TO_TEXT: 'openai',
        OPENAI_API_KEY: 'sk-unused',
        OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
        MAX_AUDIO_HOURS: '48',
      },
    });
    await server.start();
  });

  afterAll(() => server.destroy());

  const residentBytes = (): number => {
    const status = readFileSync(`/proc/${server.pid!}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  };

  /** @param abortAfter bytes of the file after which the client goes away */
  function upload(
    sizeBytes: number,
    salt: number,
    abortAfter = Infinity,
  ): Promise<{ status: number | null; ms: number }> {
    const boundary = 'big';
    const head = Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="reports"\r\n\r\n\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.wav"\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const call = request(`${server.url}/v1/recordings`, {
        method: 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${server.key}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'content-length': head.length + sizeBytes + tail.length,
        },
      });
      const done = (status: number | null): void => resolve({ status, ms: performance.now() - startedAt });
      call.on('response', (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
      });
      call.on('error', () => done(null));
      const closed = new Promise((gone) => call.once('close', gone));
      void (async () => {
        call.write(head);
        let sent = 0;
        for await (const block of bigWav(sizeBytes, salt)) {
          if (sent >= abortAfter) {
            call.destroy();
            return;
          }
          sent += (block as Buffer).length;
          if (!call.write(block)) await Promise.race([once(call, 'drain'), closed]).catch(() => undefined);
        }
        call.end(tail);
      })();
    });
  }

  it(`of ${SIZE / MEBIBYTE} MiB takes no more memory than a small one`, async () => {
    expect((await upload(16 * MEBIBYTE, 1)).status).toBe(202);
    const before = residentBytes();
    let highest = before;
    const sampler = setInterval(() => (highest = Math.max(highest, residentBytes())), 50);
    const { status } = await upload(SIZE, 2);
    clearInterval(sampler);
    expect(status).toBe(202);
    const growth = highest - before;
    process.stdout.write(
      `resident memory grew by ${(growth / MEBIBYTE).toFixed(1)} MiB over ${SIZE / MEBIBYTE} MiB\n`,
    );
    expect(growth).toBeLessThan(MAX_GROWTH);
  }, 600_000);

  it('that its client breaks off leaves nothing', async () => {
    const objects = join(server.dataFolder, 'objects');
    const all = (): string[] =>
      readdirSync(objects, { recursive: true, encoding: 'utf8' })
        .filter((path) => !path.endsWith('.mp3'))
        .sort();
    const inComing = (): string[] => {
      const folder = join(objects, '.incoming');
      return existsSync(folder) ? readdirSync(folder) : [];
    };
    const before = new Set(all());
    expect((await upload(SIZE, 3, SIZE / 2)).status).toBeNull();
    for (let attempt = 0; attempt < 200 && inComing().length > 0; attempt += 1) await sleep(50);
    expect(inComing()).toEqual([]);
    const originals = all().filter((path) => path.endsWith('original') && !before.has(path));
    expect(originals).toEqual([]);
    const { recordings } = await server.get<{ recordings: unknown[] }>('/v1/recordings');
    expect(recordings).toHaveLength(2);
  }, 600_000);

  it(`is not held up by others: ${AT_ONCE} at once end together`, async () => {
    const ends = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => upload(EACH, 10 + n)));
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: AT_ONCE }, () => 202));
    const times = ends.map(({ ms }) => ms);
    const spread = Math.max(...times) / Math.min(...times);
    process.stdout.write(
      `${AT_ONCE} uploads of ${EACH / MEBIBYTE} MiB: last / first = ${spread.toFixed(2)}\n`,
    );
    expect(spread).toBeLessThan(4);
  }, 600_000);
});
