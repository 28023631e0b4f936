import { malformed } from '@test/fuzz/mutate';
import { fuzzSeed, ofCase } from '@test/fuzz/random';
import { dayLong } from '@test/hearing/cases/day-long';
import { blackPng, withCover } from '@test/hearing/cover';
import { MediaProcesses } from '@test/hearing/media-processes';
import { hasEncoder, Studio } from '@test/hearing/studio';
import { untilVisible } from '@test/hearing/until-visible';
import { answerTones } from '@test/openai/tone-answers';
import { proofSize } from '@test/proof-size';
import { foundMediaPrograms } from '@test/server/media-programs';
import { TestServer } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

const CASES = proofSize({ short: 40, full: 1_000 });
const AT_ONCE = 4;
const SECONDS = 6;
/** More than any of these small files needs, with one process per processor and a busy machine. */
const LONGEST_PROCESS_SECONDS = 60;
const MOST_BYTES = 1_024 ** 3;
const PATIENCE_MS = 300_000;

/** Name and encoder of the files that come to harm. */
const SOURCES: readonly (readonly [string, string])[] = [
  ['a.wav', 'pcm_s16le'],
  ['a.mp3', 'libmp3lame'],
  ['a.m4a', 'aac'],
  ['a.ogg', 'libvorbis'],
  ['a.opus', 'libopus'],
  ['a.webm', 'libopus'],
  ['a.mka', 'libopus'],
  ['a.flac', 'flac'],
  ['a.aac', 'aac'],
  ['a.ts', 'aac'],
  ['a.flv', 'aac'],
  ['a.avi', 'libmp3lame'],
  ['a.wma', 'wmav2'],
  ['a.aiff', 'pcm_s16be'],
  ['a.caf', 'alac'],
  ['a.ac3', 'ac3'],
  ['a.mp2', 'mp2'],
];

describe(`${CASES} media files that came to harm`, () => {
  const seed = fuzzSeed();
  const studio = new Studio(SECONDS);
  let world: ServerWithFakes;
  let server: TestServer;
  let processes: MediaProcesses;

  beforeAll(async () => {
    world = await serverWithFakes({ env: foundMediaPrograms() });
    ({ server } = world);
    world.openai.respond = answerTones();
    await server.start();
    processes = new MediaProcesses(server.pid ?? 0);
    if (MediaProcesses.canWatch) processes.start();
  });
  afterAll(async () => {
    processes.stop();
    await world.close();
    studio.close();
  });

  it(`are refused or heard, never an error of ours (seed ${seed})`, async () => {
    const sources = await Promise.all(
      SOURCES.filter(([, encoder]) => hasEncoder(encoder)).map(([name, encoder]) =>
        studio.encode(name, '-ac', '2', '-c:a', encoder),
      ),
    );
    const bombs = [dayLong(), withCover(sources[1] ?? Buffer.alloc(0), blackPng(16_000))];
    const { pid } = server;
    const outcomes = new Map<string, number>();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < CASES; index = next++) {
        const bomb = bombs[index];
        const { what, bytes } = bomb
          ? { what: 'bomb', bytes: bomb }
          : malformed(ofCase(seed, index), sources);
        const outcome = await outcomeOf(`FUZZ_SEED=${seed}, case ${index} (${what})`, bytes);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    process.stdout.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries([...outcomes].sort()))}\n`);
    expect(server.pid).toBe(pid);
    expect((await server.request('/health/ready')).status).toBe(200);
  }, 3_600_000);

  const onLinux = MediaProcesses.canWatch ? it : it.skip;

  onLinux('leave no process behind', async () => {
    for (let attempt = 0; attempt < 100 && processes.alive().length > 0; attempt += 1) await sleep(50);
    expect(processes.alive()).toEqual([]);
  });

  onLinux('let no process run for longer, or take more memory, than it may', () => {
    const { all } = processes;
    expect(all.length).toBeGreaterThan(0);
    const largest = Math.max(...all.map(({ peakBytes }) => peakBytes));
    const longest = Math.max(...all.map(({ firstSeen, lastSeen }) => lastSeen - firstSeen));
    process.stdout.write(
      `${all.length} processes: at most ${Math.round(largest / 1e6)} MB and ${(longest / 1_000).toFixed(1)} s\n`,
    );
    expect(all.filter(({ peakBytes }) => peakBytes > MOST_BYTES)).toEqual([]);
    expect(
      all.filter(({ firstSeen, lastSeen }) => lastSeen - firstSeen > LONGEST_PROCESS_SECONDS * 1_000),
    ).toEqual([]);
  });

  onLinux('bound the memory of every process that lives long enough to be seen twice', () => {
    const unlimited = processes.all.filter(
      ({ limitBytes, firstSeen, lastSeen }) => limitBytes === Infinity && lastSeen > firstSeen,
    );
    expect(unlimited.length).toBe(0);
  });

  /** Uploads, waits for the end, and listens to a piece of what was taken. @throws Error that names the case */
  async function outcomeOf(name: string, bytes: Buffer): Promise<string> {
    const { status, body, text } = await server.upload(await studio.save('harmed.bin', bytes), {
      reports: '',
    });
    if (status >= 500) throw new Error(`${name}: ${status} ${text}`);
    // The same harm done to the same file.
    if (status === 200) return 'duplicate';
    if (status !== 202) {
      const { type = '' } = body as { type?: string };
      return `${status} ${type.replace('urn:voxpersona:problem:', '')}`;
    }
    const taken = body as { id: string; position: string };
    await untilVisible(server, taken);
    const { id } = taken;
    const recording = await server
      .recordingUntil(id, (seen) => seen.status !== 'processing', PATIENCE_MS)
      .catch((error: unknown) => {
        throw new Error(`${name}: ${String(error).slice(0, 500)}`);
      });
    const clip = await server.request(`/v1/recordings/${id}/audio?from=0&to=1`);
    if (clip.status >= 500) throw new Error(`${name}: a clip gave ${clip.status} ${clip.text}`);
    return recording.status;
  }
});
