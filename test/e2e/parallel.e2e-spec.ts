import { longRecording } from '@test/audio/audio';
import { FakeCall } from '@test/fake-provider';
import { proofSize } from '@test/proof-size';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';

const { minutes, chunks, latencyMs } = proofSize({
  short: { minutes: 15, chunks: 5, latencyMs: 1_000 },
  full: { minutes: 60, chunks: 20, latencyMs: 2_000 },
});
/** Half as many places as chunks: two waves. */
const places = Math.ceil(chunks / 2);

describe(`the ${chunks} chunks of a recording of ${minutes} minutes, ${places} at once`, () => {
  let world: ServerWithFakes;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { OPENAI_CONCURRENCY: String(places) } });
    await world.server.start();
  });

  afterAll(() => world.close());

  it('are transcribed in about two waves, not one after the other', async () => {
    const { server, openai } = world;
    const file = longRecording(minutes * 60);
    openai.latencyMs = latencyMs;
    const id = await server.uploaded(file, { reports: '', language: 'en' });
    const recording = await server.recordingUntil(id, isFinished, 180_000);
    expect(recording).toMatchObject({ status: 'ready', chunks: { total: chunks, done: chunks } });

    const { calls } = openai;
    const busiest = Math.max(...calls.map(({ startedAt }) => atOnce(startedAt)));
    const started = Math.min(...calls.map((call) => call.startedAt));
    const took = Math.max(...calls.map((call) => call.finishedAt ?? Infinity)) - started;
    process.stdout.write(`${chunks} chunks at ${latencyMs} ms: ${took} ms, ${busiest} at once\n`);
    expect(calls).toHaveLength(chunks);
    expect(busiest).toBe(places);
    // However slow the machine is: no call had to wait for two others, one after the other, but a straggler's.
    expect(waves(calls)).toBeLessThanOrEqual(3);

    function atOnce(moment: number): number {
      return calls.filter((call) => call.startedAt <= moment && (call.finishedAt ?? Infinity) > moment)
        .length;
    }
  }, 240_000);
});

/** The longest row of calls of which each began after the one before it had ended. */
function waves(calls: readonly FakeCall[]): number {
  const inOrder = [...calls].sort((a, b) => a.startedAt - b.startedAt);
  const lengths = new Map<FakeCall, number>();
  for (const call of inOrder) {
    const before = inOrder.filter((other) => (other.finishedAt ?? Infinity) <= call.startedAt);
    lengths.set(call, 1 + Math.max(0, ...before.map((other) => lengths.get(other) ?? 0)));
  }
  return Math.max(...lengths.values());
}
