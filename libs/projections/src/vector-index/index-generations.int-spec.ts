import { createEmbeddedLog, EmbeddedLog } from '@test/vectors/embedded-log';
import { sentenceLikeVectors } from '@test/vectors/random-vectors';
import { embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { LogReader } from '@voxpersona/event-store';
import { migrate } from '@voxpersona/platform';
import { VectorIndexProcess } from '@voxpersona/vector-index';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATION_MIGRATIONS } from '../generations/generation';
import { ACTIVE_EMBEDDER_MIGRATION, readActiveEmbedder } from './active-embedder';
import { IndexGenerations, QueryEmbedder } from './index-generations';
import { VectorIndexReplica } from './vector-index-replica';

const BEFORE = { provider: 'before', model: 'words', dimension: 16 };
const AFTER = { provider: 'after', model: 'a/model@main#0', dimension: 8 };
const TEXTS = ['rooms', 'breakfast', 'parking'];

describe('Generations of the vector index', () => {
  let world: EmbeddedLog;
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-generations-'));
  const key = randomBytes(32);
  const recordingId = randomUUID();
  const said: string[] = [];
  const tell = (text: string): void => void said.push(text);
  const running: IndexGenerations[] = [];
  const before = embedderOf(BEFORE, 1);
  const after = embedderOf(AFTER, 2);
  const ids = new Map<string, string[]>();
  let left: { open: number; parked: number } | null = null;

  /** Knows a vector for every text. */
  function embedderOf(identity: RecordedEmbedder, seed: number): QueryEmbedder & { vectors: Float32Array[] } {
    const next = sentenceLikeVectors(identity.dimension, seed);
    const vectors = TEXTS.map(next);
    const embed = (texts: readonly string[]) =>
      Promise.resolve(texts.map((text) => vectors[TEXTS.indexOf(text)]!));
    return { identity, minSimilarity: 0.99, embed, vectors };
  }

  beforeAll(async () => {
    world = await createEmbeddedLog(BEFORE);
    await migrate(world.log.pool, [ACTIVE_EMBEDDER_MIGRATION, ...GENERATION_MIGRATIONS]);
    ids.set('before', await world.embed(recordingId, before.vectors));
  });
  afterEach(() => Promise.all(running.splice(0).map((generations) => generations.stop())));
  afterAll(async () => {
    await world.log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(configured: QueryEmbedder, openable: QueryEmbedder[]): Promise<IndexGenerations> {
    const { pool, store } = world.log.openAgain();
    const generations = new IndexGenerations({
      pool,
      listener: world.log.listener,
      configured,
      openEmbedder: (identity) =>
        Promise.resolve(openable.find((one) => one.identity.provider === identity.provider)),
      createReplica: (identity) => {
        const index = new VectorIndexProcess({
          folder: join(folder, identity.provider),
          key,
          embedder: embedderName(identity),
          dimension: identity.dimension,
        });
        const reader = new LogReader(store, world.codec);
        return new VectorIndexReplica(reader, world.vectors, index, identity, {
          warn: tell,
          error: tell,
        });
      },
      backfill: { remaining: () => Promise.resolve(left) },
      log: { log: tell, warn: tell, error: tell },
      patienceMs: 10_000,
      pollMs: 20,
    });
    running.push(generations);
    await generations.start();
    return generations;
  }

  const find = (generations: IndexGenerations, text: string): Promise<string[]> =>
    generations.search(text, 5, { owner: world.owner });
  const switched = async (generations: IndexGenerations, to: RecordedEmbedder): Promise<void> => {
    while ((await generations.status())?.serving.embedder.provider !== to.provider) await sleep(10);
  };

  it('are one in a new installation', async () => {
    const generations = await start(before, []);
    expect(await find(generations, 'breakfast')).toEqual([ids.get('before')?.[1]]);
    expect(await readActiveEmbedder(world.log.pool)).toEqual(BEFORE);
    expect(await generations.status()).toMatchObject({ building: null, serving: { canBeAsked: true } });
  });

  it('change when another embedder has embedded everything, and not before', async () => {
    left = null;
    const generations = await start(after, [before]);
    expect(said.at(-1)).toMatch(/embedder has changed to after\/.* beside that of before\/.*goes on serving/);
    expect(await find(generations, 'parking')).toEqual([ids.get('before')?.[2]]);
    left = { open: 1, parked: 0 };
    await sleep(60);
    expect(await generations.status()).toMatchObject({
      serving: { embedder: BEFORE },
      building: { open: 1 },
    });
    left = { open: 0, parked: 1 };
    await sleep(60);
    expect(await readActiveEmbedder(world.log.pool)).toEqual(BEFORE);
    ids.set('after', await world.embed(recordingId, after.vectors, AFTER));
    left = { open: 0, parked: 0 };
    await switched(generations, AFTER);
    expect(await find(generations, 'parking')).toEqual([ids.get('after')?.[2]]);
    expect(await readActiveEmbedder(world.log.pool)).toEqual(AFTER);
    // The last snapshot of what served may just be being written.
    const isThere = (): boolean => existsSync(join(folder, 'before', 'vectors.snapshot'));
    for (let look = 0; look < 200 && isThere(); look += 1) await sleep(20);
    expect(isThere()).toBe(false);
  });

  it('lead back, with nothing to embed', async () => {
    const generations = await start(before, [after]);
    expect(await find(generations, 'rooms')).not.toEqual([]);
    await switched(generations, BEFORE);
    expect(await find(generations, 'rooms')).toEqual([ids.get('before')?.[0]]);
  });

  it('say so when the embedder of the index before is gone: search is by words alone', async () => {
    left = { open: 1, parked: 0 };
    const generations = await start(after, []);
    expect(said.at(-1)).toMatch(/cannot be asked any more: search is by words alone/);
    expect(await find(generations, 'rooms')).toEqual([]);
    expect(await generations.status()).toMatchObject({ serving: { canBeAsked: false } });
    left = { open: 0, parked: 0 };
    await switched(generations, AFTER);
    expect(await find(generations, 'rooms')).toEqual([ids.get('after')?.[0]]);
  });

  it('answer every search while they change', async () => {
    left = { open: 0, parked: 0 };
    const generations = await start(before, [after]);
    const answers: string[][] = [];
    while ((await generations.status())?.serving.embedder.provider !== 'before') {
      answers.push(await find(generations, 'rooms'));
    }
    answers.push(await find(generations, 'rooms'));
    for (const answer of answers) {
      expect([[ids.get('before')?.[0]], [ids.get('after')?.[0]]]).toContainEqual(answer);
    }
  });
});
