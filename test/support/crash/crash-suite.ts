import { longRecording } from '@test/audio/audio';
import { isFinished, RecordingBody } from '@test/server/test-server';
import { ServerWithFakes } from '@test/server/with-fakes';
import { setTimeout as sleep } from 'node:timers/promises';

interface TrailEvent {
  type: string;
  stream: string;
  revision: number;
  data: Record<string, unknown>;
}

/** A server with its event log, whichever that is. */
export interface CrashWorld extends ServerWithFakes {
  /** Events in the log. */
  logSize(): Promise<number>;
  /** Resolves as soon as the log holds so many events. */
  logHolds(count: number): Promise<void>;
}

/** Splits into three chunks: enough for joins, and for a crash between them. */
export const CRASH_ENV = { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12', OPENAI_CONCURRENCY: '2' };

/** AudioClaimed comes before AudioUploaded and is not part of a recording's trail. */
const CLAIM_EVENTS = 1;

/**
 * Kills a server at the boundaries between the events of a recording, and compares with one that nobody disturbed.
 *
 * @param step kill at every so many boundaries
 */
export function describeCrashes(name: string, step: number, open: () => Promise<CrashWorld>): void {
  describe(`kill -9 of the server at event boundaries, ${name}`, () => {
    let world: CrashWorld;
    let undisturbed: { recording: RecordingBody; events: TrailEvent[]; calls: number };
    let seed = 500;

    beforeAll(async () => {
      world = await open();
      world.openai.latencyMs = 20;
      world.anthropic.latencyMs = 20;
      await world.server.start();
      const { recording, events } = await finish(await world.server.uploaded(longRecording(30, seed)));
      undisturbed = { recording, events, calls: world.openai.calls.length + world.anthropic.calls.length };
    }, 60_000);

    afterAll(() => world.close());

    it(
      'ends as undisturbed, doubles no event, and pays no call twice beyond those in flight',
      async () => {
        const boundaries = undisturbed.events.length;
        for (let boundary = 1; boundary < boundaries; boundary += step) {
          seed += 1;
          await crashAfter(boundary, longRecording(30, seed));
        }
      },
      20 * 60_000,
    );

    async function crashAfter(boundary: number, file: string): Promise<void> {
      const { server } = world;
      const head = await world.logSize();
      const callsBefore = countCalls();
      const killed = world.logHolds(head + boundary + CLAIM_EVENTS).finally(() => server.kill());
      // The upload itself may be what is cut off; its sender then sends it again.
      const id = await server.uploaded(file).catch(() => undefined);
      await killed;
      const inFlight = countInFlight();
      await server.start();
      const recordingId = id ?? (await again(file));
      const { recording, events } = await finish(recordingId);

      expect(shape(events)).toEqual(shape(undisturbed.events));
      expect(recording).toMatchObject({ status: 'ready', gaps: [], reports: [{ status: 'completed' }] });
      expect(new Set(events.map((event) => `${event.stream} ${event.revision}`)).size).toBe(events.length);
      const paidAgain = countCalls() - callsBefore - undisturbed.calls;
      expect({ boundary, paidAgain, inFlight, tooMany: paidAgain > inFlight }).toMatchObject({
        tooMany: false,
      });
    }

    async function again(file: string): Promise<string> {
      const { body } = await world.server.upload(file);
      const { id, position } = body as { id: string; position: string };
      while (!(await world.server.getPatiently(`/v1/recordings/${id}?after=${position}`))) await sleep(20);
      return id;
    }

    async function finish(id: string): Promise<{ recording: RecordingBody; events: TrailEvent[] }> {
      const isIndexed = (events: TrailEvent[]): boolean =>
        events.filter((event) => event.type === 'Indexed').length === 2;
      for (;;) {
        const recording = await world.server.recordingUntil(
          id,
          (r) => isFinished(r) && r.reports.length === 1,
        );
        const trail = await world.server.getPatiently<{ events: TrailEvent[] }>(
          `/v1/recordings/${id}/events`,
        );
        if (trail && isIndexed(trail.events)) return { recording, events: trail.events };
        await sleep(20);
      }
    }

    function countCalls(): number {
      return world.openai.calls.length + world.anthropic.calls.length;
    }

    /** Calls whose answer the killed server never took, or took and could not store any more. */
    function countInFlight(): number {
      const recent = Date.now() - 200;
      const isOpen = (call: { finishedAt: number | null }): boolean =>
        call.finishedAt === null || call.finishedAt > recent;
      return [...world.openai.calls, ...world.anthropic.calls].filter(isOpen).length;
    }
  });
}

/** What happened, without the order in which side-by-side work came in. */
function shape(events: TrailEvent[]): string[] {
  return events
    .map(
      ({ type, data }) =>
        `${type} ${JSON.stringify(data.chunkIndex ?? data.part ?? data.transcriptVersion ?? '')}`,
    )
    .sort();
}
