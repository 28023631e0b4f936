import { createEmbeddedLog, EmbeddedLog } from '@test/vectors/embedded-log';
import { sentenceLikeVectors } from '@test/vectors/random-vectors';
import { LogReader, Position } from '@voxpersona/event-store';
import { VectorIndexProcess } from '@voxpersona/vector-index';
import { MissingVectors, RepairFigures, VectorRepairs } from '@voxpersona/vector-store';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VectorIndexReplica } from './vector-index-replica';

const embedder = { provider: 'test', model: 'sentences', dimension: 16 };
const NAME = 'test/sentences/16';
const PATIENCE_MS = 15_000;

/** Keeps the list that the replica reports. */
class ListOfMissing implements VectorRepairs {
  list: readonly MissingVectors[] = [];
  settled = 0;
  private readonly listeners = new Set<() => void>();

  settle(name: string, _upTo: Position, missing: readonly MissingVectors[]): Promise<void> {
    expect(name).toBe(NAME);
    this.list = missing;
    this.settled += 1;
    return Promise.resolve();
  }

  onRepaired(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  figures(): Promise<RepairFigures> {
    return Promise.resolve({ underWay: this.list.length, givenUp: 0, impossible: 0 });
  }

  announce(): void {
    for (const tell of [...this.listeners]) tell();
  }
}

describe('Missing vectors', () => {
  let world: EmbeddedLog;
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-missing-'));
  const key = randomBytes(32);
  const next = sentenceLikeVectors(embedder.dimension, 3);
  const some = (count: number): Float32Array[] => Array.from({ length: count }, next);
  const errors: string[] = [];
  const log = { warn: () => undefined, error: (text: string) => void errors.push(text) };
  const running: VectorIndexReplica[] = [];

  beforeEach(async () => {
    world = await createEmbeddedLog(embedder);
    errors.length = 0;
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((replica) => replica.stop()));
    await world.log.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function start(name: string = randomUUID(), lookAgainMs = 3_600_000) {
    const repairs = new ListOfMissing();
    const index = new VectorIndexProcess({
      ...{ folder: join(folder, name), key, embedder: NAME, dimension: embedder.dimension },
    });
    const reader = new LogReader(world.log.openAgain().store, world.codec);
    const options = { repairs, lookAgainMs };
    const replica = new VectorIndexReplica(reader, world.vectors, index, embedder, log, options);
    replica.start();
    running.push(replica);
    await settled(replica, repairs);
    return { replica, repairs };
  }

  const settled = async (replica: VectorIndexReplica, repairs: ListOfMissing): Promise<void> => {
    expect(await replica.waitFor(await world.log.store.head(), PATIENCE_MS)).toBe(true);
    while (repairs.list.length !== (replica.missingVectors > 0 ? 1 : 0) || repairs.settled === 0)
      await sleep(5);
  };
  const find = async (replica: VectorIndexReplica, vector: Float32Array): Promise<string[]> =>
    (await replica.search(vector, 50, { owner: world.owner }, PATIENCE_MS)).map((hit) => hit.id);
  const remove = (ids: readonly string[]) =>
    world.log.pool.query('DELETE FROM passage_vectors WHERE passage_id = ANY ($1)', [ids]);

  it('are told loudly, and taken in when they are there again', async () => {
    const recordingId = randomUUID();
    const vectors = some(3);
    const [, lost, broken] = await world.embed(recordingId, vectors);
    await remove([lost!]);
    // Changed in the database: as good as missing.
    await world.log.pool.query(
      `UPDATE passage_vectors SET sealed_vector = substr(sealed_vector, 1, 40) WHERE passage_id = $1`,
      [broken],
    );
    const { replica, repairs } = await start();
    expect(replica.missingVectors).toBe(2);
    expect(errors).toEqual([expect.stringMatching(/^Vectors missing .*: 2, .*not in the vector store/)]);
    expect(repairs.list).toMatchObject([
      { recordingId, passageIds: [lost, broken], source: { kind: 'transcript', transcriptVersion: 1 } },
    ]);
    // What is there answers.
    expect(await find(replica, vectors[0]!)).toHaveLength(1);
    await world.vectors.put(recordingId, NAME, [
      { passageId: lost!, vector: vectors[1]! },
      { passageId: broken!, vector: vectors[2]! },
    ]);
    repairs.announce();
    while (replica.missingVectors > 0) await sleep(5);
    expect((await find(replica, vectors[1]!))[0]).toBe(lost);
    expect(await find(replica, vectors[2]!)).toHaveLength(3);
    while (repairs.list.length > 0) await sleep(5);
    expect(errors).toHaveLength(1);
  });

  it('are not those of a transcript that is overtaken, nor of what was erased', async () => {
    const [overtaken, erased, rejected] = [randomUUID(), randomUUID(), randomUUID()];
    await remove(await world.embed(overtaken, some(2)));
    await remove(await world.embed(rejected, some(2)));
    await world.embed(erased, some(2));
    await world.append({
      type: 'NoSpeechFound',
      data: { recordingId: overtaken, transcriptVersion: 2, gaps: [] },
    });
    await world.erase(erased);
    const { replica, repairs } = await start();
    expect(repairs.list).toMatchObject([{ recordingId: rejected }]);
    expect(errors).toHaveLength(1);
    // Nor any more of what is erased while they are missing.
    await world.erase(rejected);
    await settled(replica, repairs);
    expect(repairs.list).toEqual([]);
    expect(replica.missingVectors).toBe(0);
    expect(errors).toHaveLength(1);
  });

  it('are reported again where they are still missing, and looked for without being told', async () => {
    const recordingId = randomUUID();
    const [vector] = some(1);
    const [lost] = await world.embed(recordingId, [vector!]);
    await remove([lost!]);
    const { replica, repairs } = await start(randomUUID(), 20);
    // Its job has ended without them.
    repairs.list = [];
    while (repairs.list.length === 0) await sleep(5);
    await world.vectors.put(recordingId, NAME, [{ passageId: lost!, vector: vector! }]);
    while (replica.missingVectors > 0) await sleep(5);
    expect(await find(replica, vector!)).toEqual([lost]);
    expect(errors).toHaveLength(1);
  });

  it('are found again after a start from a snapshot', async () => {
    const vectors = some(4);
    const recordingId = randomUUID();
    const ids = await world.embed(randomUUID(), vectors.slice(0, 2));
    const [lost, kept] = await world.embed(recordingId, vectors.slice(2));
    await remove([lost!]);
    const first = await start('snapshot');
    expect(first.replica.missingVectors).toBe(1);
    await first.replica.stop();
    // Repaired while this replica was away.
    await world.vectors.put(recordingId, NAME, [{ passageId: lost!, vector: vectors[2]! }]);
    await remove(ids);
    const second = await start('snapshot');
    expect(second.replica.missingVectors).toBe(0);
    // Those of the snapshot, too.
    expect((await find(second.replica, vectors[2]!)).toSorted()).toEqual([...ids, lost!, kept!].toSorted());
  });
});
