import { longRecording } from '@test/audio/audio';
import { FakeEventStoreDb } from '@test/eventstoredb/fake-eventstoredb';
import { appendManyEvents } from '@test/history/many-events';
import { wholeLog } from '@test/history/whole-log';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { proofSize } from '@test/proof-size';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { EventStore, EventStoreDbEventStore, openClient, PostgresEventStore } from '@voxpersona/event-store';
import { PostgresListener } from '@voxpersona/platform';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

const EVENTS = proofSize({ short: 3_000, full: 100_000 });
const COPY = ['log', 'copy', '--from', 'postgres', '--to', 'eventstoredb', '--json'];

describe('vox log copy, from PostgreSQL to (a fake) EventStoreDB', () => {
  const node = new FakeEventStoreDb();
  let database: TestDatabase;
  let pool: Pool;
  let world: ServerWithFakes;
  let ids: string[];
  let before: unknown[];
  let jobs: unknown[];

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new Pool({ connectionString: database.connectionString });
    pool.on('error', () => undefined);
    const env = { DATABASE_URL: database.connectionString, EVENTSTORE_URL: await node.start() };
    world = await serverWithFakes({ env });
    await world.server.start();
    ids = [];
    for (const seed of [811, 812]) ids.push(await world.server.uploaded(longRecording(15, seed)));
    for (const id of ids)
      await world.server.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
    await appendManyEvents(postgresStore(), EVENTS);
    await isQuiet();
    before = await known();
    jobs = await allJobs();
  }, 10 * 60_000);
  afterAll(async () => {
    await world.close();
    await pool.end();
    node.stop();
    await database.drop();
  });

  function postgresStore(): EventStore {
    return new PostgresEventStore(
      pool,
      new PostgresListener(database.connectionString, { warn: () => undefined }),
    );
  }

  /** Everything is applied, and nothing is left to do. */
  async function isQuiet(): Promise<void> {
    for (;;) {
      const { rows } = await pool.query<{ open: string; behind: string }>(
        `SELECT (SELECT count(*) FROM jobs WHERE state IN ('ready', 'running')) AS open,
                (SELECT count(*) FROM checkpoints WHERE position < (SELECT max(position) FROM events)) AS behind`,
      );
      if (rows[0]?.open === '0' && rows[0].behind === '0') return;
      await sleep(100);
    }
  }

  /** What a client sees, but for positions, which are each log's own. */
  async function known(): Promise<unknown[]> {
    const paths = ids.flatMap((id) => [`/v1/recordings/${id}`, `/v1/recordings/${id}/transcript`]);
    const answers = await Promise.all(
      [...paths, '/v1/recordings'].map((path) => world.server.get<object>(path)),
    );
    return JSON.parse(
      JSON.stringify(answers, (name, value: unknown) =>
        /position|cursor|next/i.test(name) ? undefined : value,
      ),
    ) as unknown[];
  }

  async function allJobs(): Promise<unknown[]> {
    const { rows } = await pool.query<{ job: string }>('SELECT jobs::text AS job FROM jobs ORDER BY id');
    return rows;
  }

  it('is refused while a server runs', async () => {
    await expect(world.server.vox(...COPY)).rejects.toThrow(/in use by another VoxPersona server/);
    expect(node.size).toBe(0);
  });

  it(
    `copies ${EVENTS} events, though it is killed twice: same count, hashes and order`,
    async () => {
      await world.server.stop();
      for (const part of [1 / 3, 2 / 3]) {
        const copying = world.server.spawnVox(...COPY);
        const ended = once(copying, 'exit');
        await node.holds(Math.floor(EVENTS * part));
        copying.kill('SIGKILL');
        await ended;
      }
      const startedAt = performance.now();
      const result = JSON.parse(await world.server.vox(...COPY)) as { events: number; copied: number };
      const target = new EventStoreDbEventStore(openClient(world.server.env.EVENTSTORE_URL ?? ''));
      const [source, copy] = [await wholeLog(postgresStore()), await wholeLog(target)];
      await target.close();
      expect(result.events).toBe(source.length);
      expect(result.copied).toBeLessThan(EVENTS / 2);
      expect(copy.length).toBe(source.length);
      expect(copy).toEqual(source);
      process.stdout.write(
        `${result.events} events; the last run copied ${result.copied} and verified all in ${Math.round(performance.now() - startedAt)} ms\n`,
      );
    },
    20 * 60_000,
  );

  it(
    'goes on there: nothing done again, everything known again; and not on the old log',
    async () => {
      world.server.output = '';
      expect(await world.server.startAndExit()).toMatchObject({
        code: 1,
        output: expect.stringMatching(/Set EVENT_STORE=eventstoredb/),
      });
      const calls = world.openai.calls.length;
      world.server.env.EVENT_STORE = 'eventstoredb';
      await world.server.start();
      const head = node.log.events.at(-1)?.position.toString() ?? '';
      for (;;) {
        const { rows } = await pool.query<{ behind: string }>(
          'SELECT count(*) AS behind FROM checkpoints WHERE position < $1',
          [head],
        );
        if (rows[0]?.behind === '0') break;
        await sleep(100);
      }
      expect(await known()).toEqual(before);
      expect(await allJobs()).toEqual(jobs);
      expect(world.openai.calls.length).toBe(calls);
      // And it works.
      const id = await world.server.uploaded(longRecording(15, 813));
      await world.server.recordingUntil(id, (r) => isFinished(r) && r.reports.length === 1);
      expect(world.openai.calls.length).toBeGreaterThan(calls);
    },
    20 * 60_000,
  );
});
