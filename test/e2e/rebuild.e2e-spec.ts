import { longRecording } from '@test/audio/audio';
import { appendHistories } from '@test/history/histories';
import { createTestDatabase, TestDatabase } from '@test/postgres/test-database';
import { proofSize } from '@test/proof-size';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { deriveId, DOMAIN_EVENTS, DomainEvent, RecordedEmbedder } from '@voxpersona/domain';
import { EventCodec, PostgresEventStore, PostgresKeyRing, writeCheckpoint } from '@voxpersona/event-store';
import { STANDING_SAGAS } from '@voxpersona/pipeline';
import { inTransaction, loadMasterKey, PostgresListener } from '@voxpersona/platform';
import { ProjectionStatus, VECTOR_INDEX } from '@voxpersona/projections';
import { VectorStore } from '@voxpersona/vector-store';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

const EVENTS = proofSize({ short: 2_000, full: 100_000 });
const KILLS = proofSize({ short: 2, full: 20 });

describe('Rebuilding every projection under load', () => {
  let database: TestDatabase;
  let pool: Pool;
  let world: ServerWithFakes;
  let events = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new Pool({ connectionString: database.connectionString });
    pool.on('error', () => undefined);
    world = await serverWithFakes({
      env: { DATABASE_URL: database.connectionString, EMBEDDINGS: 'hashing' },
    });
    const { server } = world;
    await server.start();
    const { owner } = await server.get<{ owner?: string }>('/v1/me').then((me) => ({ owner: ownerOf(me) }));
    const { providers } = await server.get<{ providers: { embedder: RecordedEmbedder } }>('/health/ready');
    await server.stop();
    const startedAt = Date.now();
    ({ events } = await fill(owner, providers.embedder));
    process.stdout.write(`${events} events written in ${((Date.now() - startedAt) / 1_000).toFixed(0)} s\n`);
    await server.start();
    await allCaughtUp();
  }, 15 * 60_000);
  afterAll(async () => {
    await world.close();
    await pool.end();
    await database.drop();
  });

  function ownerOf(me: unknown): string {
    return (me as { workspace: { id: string } }).workspace.id;
  }

  /** Histories whose work is done: the sagas stand at the end of the log. */
  async function fill(
    owner: string,
    { provider, model, dimension }: RecordedEmbedder,
  ): Promise<{ events: number }> {
    const listener = new PostgresListener(database.connectionString, { warn: () => undefined });
    const store = new PostgresEventStore(pool, listener);
    const keys = new PostgresKeyRing(pool, loadMasterKey(world.server.dataFolder, undefined));
    const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) =>
      deriveId('event', id, index),
    );
    const vectors = { store: new VectorStore(pool, keys), embedder: { provider, model, dimension } };
    const written = await appendHistories(store, codec, EVENTS, { owner, vectors });
    const logId = await store.logId();
    const position = await store.head();
    await inTransaction(pool, async (transaction) => {
      for (const saga of STANDING_SAGAS) {
        await writeCheckpoint(transaction, saga, { version: 1, logId, position });
      }
    });
    await listener.close();
    return written;
  }

  async function allCaughtUp(): Promise<void> {
    for (;;) {
      const { rows } = await pool.query<{ behind: string }>(
        `SELECT count(*) AS behind FROM checkpoints WHERE position < (SELECT max(position) FROM events)
           AND name NOT LIKE '%!erasures'`,
      );
      const { body } = await world.server.request('/health/ready');
      const index = (body as { details: Record<string, { caughtUp?: boolean }> }).details['vector-index'];
      if (rows[0]?.behind === '0' && index?.caughtUp) return;
      await sleep(200);
    }
  }

  const status = async (): Promise<ProjectionStatus[]> =>
    JSON.parse(await world.server.vox('projections', 'status', '--json')) as ProjectionStatus[];

  /** Uploads and searches until told to stop. @returns how many were answered, and what failed */
  async function load(signal: AbortSignal): Promise<{ answered: number; failed: string[]; ids: string[] }> {
    const { server } = world;
    const failed: string[] = [];
    const ids: string[] = [];
    let answered = 0;
    const search = async (): Promise<void> => {
      while (!signal.aborted) {
        const {
          status: code,
          body,
          text,
        } = await server.request('/v1/search', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: 'breakfast was late', limit: 10 }),
        });
        answered += 1;
        const hits = code === 200 ? (body as { hits: unknown[] }).hits.length : 0;
        if (code !== 200 || hits !== 10) failed.push(`search: ${code} ${text.slice(0, 200)}`);
        await sleep(20);
      }
    };
    const upload = async (): Promise<void> => {
      for (let seed = 7_000; !signal.aborted; seed += 1) {
        const { status: code, body, text } = await server.upload(longRecording(2, seed), { reports: '' });
        answered += 1;
        if (code === 202) ids.push((body as { id: string }).id);
        else failed.push(`upload: ${code} ${text.slice(0, 200)}`);
        await sleep(500);
      }
    };
    await Promise.all([search(), search(), upload()]);
    return { answered, failed, ids };
  }

  it(
    'fails no request, and ends with the same in every one of them',
    async () => {
      const stop = new AbortController();
      const loaded = load(stop.signal);
      const startedAt = Date.now();
      await world.server.vox('projections', 'rebuild', 'all', '--json').finally(() => stop.abort());
      const seconds = (Date.now() - startedAt) / 1_000;
      const { answered, failed, ids } = await loaded;
      expect(failed).toEqual([]);
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) await world.server.recordingUntil(id, isFinished);
      for (const { name, generations } of await status()) {
        const serving = generations.find(({ state }) => state === 'active');
        expect([name, serving?.generation, serving?.comparison?.equal]).toEqual([name, 2, true]);
      }
      process.stdout.write(
        `${events} events: every projection in ${seconds.toFixed(1)} s, ${answered} requests meanwhile\n`,
      );
    },
    30 * 60_000,
  );

  it(
    'goes on where it was after kill -9, and something serves all the time',
    async () => {
      const { server } = world;
      const calls = world.openai.calls.length;
      await server.vox('projections', 'rebuild', 'all', '--no-wait');
      let kills = 0;
      let farthest = 0;
      for (;;) {
        const all = await status();
        for (const { generations } of all) {
          expect(generations.filter(({ state }) => state === 'active')).toHaveLength(1);
        }
        const building = all
          .flatMap(({ generations }) => generations)
          .filter(({ state }) => state === 'building');
        if (building.length === 0) break;
        // That of the vector index is counted by each process for itself.
        const applied = all
          .filter(({ name }) => name !== VECTOR_INDEX)
          .flatMap(({ generations }) => generations)
          .filter(({ generation }) => generation === 3)
          .reduce((sum, { progress }) => sum + (progress?.applied ?? 0), 0);
        // Never from the start again.
        expect(applied).toBeGreaterThanOrEqual(farthest);
        farthest = applied;
        if (kills < KILLS) {
          await sleep(Math.random() * 1_500);
          await server.kill();
          kills += 1;
          const { rows } = await pool.query<{ active: string }>(
            "SELECT count(*) AS active FROM projection_generations WHERE state = 'active'",
          );
          expect(rows[0]?.active).toBe(String(all.length));
          await server.start();
          expect((await server.request('/v1/recordings?limit=1')).status).toBe(200);
        }
        await sleep(100);
      }
      for (const { name, generations } of await status()) {
        const serving = generations.find(({ state }) => state === 'active');
        expect([name, serving?.generation, serving?.comparison?.equal]).toEqual([name, 3, true]);
      }
      // A rebuild calls no provider.
      expect(world.openai.calls).toHaveLength(calls);
      process.stdout.write(`${kills} kills, nothing begun anew\n`);
    },
    30 * 60_000,
  );

  it('is refused by the command line with what to do', async () => {
    await expect(world.server.vox('projections', 'rebuild', 'poems')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no projection poems. Projections are: recordings, /),
    });
    await expect(world.server.vox('projections', 'accept', 'reports')).rejects.toMatchObject({
      code: 1,
      stderr: 'No generation of reports is being built.\n',
    });
  });
});
