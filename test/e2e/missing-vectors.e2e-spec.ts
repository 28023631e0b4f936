import { longRecording } from '@test/audio/audio';
import { parseExposition, sumOf } from '@test/metrics/exposition';
import { withDatabaseOf } from '@test/server/dump-database';
import { isFinished } from '@test/server/test-server';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Index {
  index: { count: number };
  missingVectors: { count: number; advice: string } | null;
}

describe('Vectors that are missing from the store', () => {
  let world: ServerWithFakes;
  let vectors: number;

  beforeAll(async () => {
    world = await serverWithFakes({ env: { EMBEDDINGS: 'hashing' } });
    const { server } = world;
    await server.start();
    const id = await server.uploaded(longRecording(30, 900));
    await server.recordingUntil(id, isFinished);
    await servingUntil(({ index }) => index.count > 1);
    await storedUntil((count) => count > 1);
    vectors = await stored();
    await servingUntil(({ index }) => index.count === vectors);
  });
  afterAll(() => world.close());

  const stored = (): Promise<number> =>
    withDatabaseOf(world.server.dataFolder, async (client) => {
      const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM passage_vectors');
      return Number(rows[0]!.n);
    });
  const storedUntil = async (enough: (count: number) => boolean): Promise<void> => {
    while (!enough(await stored())) await sleep(50);
  };
  const serving = async (): Promise<Index> =>
    ((await world.server.request('/health/ready')).body as { vectorIndex: { serving: Index } }).vectorIndex
      .serving;
  const servingUntil = async (enough: (index: Index) => boolean): Promise<Index> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const index = await serving();
      if (enough(index)) return index;
      if (Date.now() > deadline)
        throw new Error(`Not in time: ${JSON.stringify(index)}\n${world.server.output}`);
      await sleep(50);
    }
  };
  const eventCount = (): Promise<number> =>
    withDatabaseOf(world.server.dataFolder, async (client) => {
      const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM events');
      return Number(rows[0]!.n);
    });
  const lose = (): Promise<unknown> =>
    withDatabaseOf(world.server.dataFolder, (client) => client.query('DELETE FROM passage_vectors'));

  it('are made again before a rebuilt index is compared', async () => {
    const { server } = world;
    const events = await eventCount();
    await lose();
    expect(await server.vox('projections', 'rebuild', 'vector-index')).toContain('generation 2: serves.');
    expect(await stored()).toBe(vectors);
    expect(await servingUntil(({ missingVectors }) => missingVectors === null)).toMatchObject({
      index: { count: vectors },
    });
    // What was embedded is in the log already.
    expect(await eventCount()).toBe(events);
  });

  it('are shown while they cannot be made again, and search goes on', async () => {
    const { server } = world;
    await lose();
    await withDatabaseOf(server.dataFolder, (client) =>
      client.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON passage_vectors EXECUTE FUNCTION refuse();`),
    );
    await server.stop();
    rmSync(join(server.dataFolder, 'vector-index'), { recursive: true });
    await server.start();
    const { missingVectors } = await servingUntil(
      (index) => index.missingVectors?.advice.includes('has failed') === true,
    );
    expect(missingVectors).toMatchObject({ count: vectors });
    expect(server.output).toMatch(/Vectors missing from the index of hashing\/.*PassagesEmbedded/);
    const status = await server.vox('projections', 'status');
    expect(status).toMatch(/^ {2}missing vectors of hashing\/.*: \d+\. The job .* vox jobs retry\.$/m);
    const { text } = await server.request('/metrics', { key: null });
    const metric = 'voxpersona_vector_index_missing_vectors';
    expect(sumOf(parseExposition(text), metric, { index: 'serving' })).toBe(vectors);
    const search = await server.request('/v1/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'recording' }),
    });
    expect(search.status).toBe(200);
  });

  it('are taken in once a retried job has made them', async () => {
    const { server } = world;
    await withDatabaseOf(server.dataFolder, (client) =>
      client.query('DROP TRIGGER refuse ON passage_vectors'),
    );
    const parked = JSON.parse(await server.vox('jobs', 'list', '--json')) as { id: string }[];
    for (const { id } of parked) await server.vox('jobs', 'retry', id);
    await servingUntil(({ missingVectors, index }) => missingVectors === null && index.count === vectors);
    expect(await server.vox('projections', 'status')).not.toContain('missing vectors');
  });
});
