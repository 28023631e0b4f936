import { longRecording } from '@test/audio/audio';
import { proofSize } from '@test/proof-size';
import { isFinished, RecordingBody } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

interface TrailEvent {
  type: string;
  stream: string;
  revision: number;
  data: Record<string, unknown>;
}

/** At every event, or at every third of them. */
const STEP = proofSize({ short: 3, full: 1 });

/** Splits into three chunks: enough for joins, and for a crash between them. */
const ENV = { CHUNK_TARGET_SECONDS: '10', CHUNK_MAX_SECONDS: '12', OPENAI_CONCURRENCY: '2' };

describe('kill -9 of the server at event boundaries', () => {
  let world: ServerWithFakes;
  let undisturbed: { recording: RecordingBody; events: TrailEvent[]; calls: number };
  let seed = 500;

  beforeAll(async () => {
    world = await serverWithFakes({ env: ENV });
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
      for (let boundary = 1; boundary < boundaries; boundary += STEP) {
        seed += 1;
        await crashAfter(boundary, longRecording(30, seed));
      }
    },
    20 * 60_000,
  );

  async function crashAfter(boundary: number, file: string): Promise<void> {
    const { server } = world;
    const connectionString = database();
    const head = await logHead(connectionString);
    const callsBefore = countCalls();
    const killed = killAt(connectionString, head + boundary + CLAIM_EVENTS);
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
    await world.server.get(`/v1/recordings/${id}?after=${position}`);
    return id;
  }

  /** Kills the server as soon as the log holds `position` events. */
  async function killAt(connectionString: string, position: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    const client = new Client({ connectionString });
    await client.connect();
    try {
      while ((await headOf(client)) < position) {
        if (Date.now() > deadline) throw new Error(`The log never reached position ${position}`);
        await sleep(1);
      }
    } finally {
      await world.server.kill();
      await client.end();
    }
  }

  async function finish(id: string): Promise<{ recording: RecordingBody; events: TrailEvent[] }> {
    const isIndexed = (events: TrailEvent[]): boolean =>
      events.filter((event) => event.type === 'PassagesEmbedded').length === 2;
    for (;;) {
      const recording = await world.server.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
      const { events } = await world.server.get<{ events: TrailEvent[] }>(`/v1/recordings/${id}/events`);
      if (isIndexed(events)) return { recording, events };
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

  /** The embedded database, which outlives the server. */
  function database(): string {
    const [, , , port] = readFileSync(join(world.server.dataFolder, 'postgres/postmaster.pid'), 'utf8').split(
      '\n',
    );
    const password = readFileSync(join(world.server.dataFolder, 'database-password'), 'utf8').trim();
    return `postgres://voxpersona:${password}@127.0.0.1:${port ?? ''}/voxpersona`;
  }

  async function logHead(connectionString: string): Promise<number> {
    const client = new Client({ connectionString });
    await client.connect();
    try {
      return await headOf(client);
    } finally {
      await client.end();
    }
  }

  async function headOf(client: Client): Promise<number> {
    const { rows } = await client.query<{ head: string }>(
      'SELECT coalesce(max(position), 0) AS head FROM events',
    );
    return Number(rows[0]!.head);
  }
});

/** AudioClaimed comes before AudioUploaded and is not part of a recording's trail. */
const CLAIM_EVENTS = 1;

/** What happened, without the order in which side-by-side work came in. */
function shape(events: TrailEvent[]): string[] {
  return events
    .map(
      ({ type, data }) =>
        `${type} ${JSON.stringify(data.chunkIndex ?? data.part ?? data.transcriptVersion ?? '')}`,
    )
    .sort();
}
