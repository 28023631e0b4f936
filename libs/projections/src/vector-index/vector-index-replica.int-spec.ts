import { proofSize } from '@test/proof-size';
import { createEmbeddedLog, EmbeddedLog } from '@test/vectors/embedded-log';
import { randomNumbers, sentenceLikeVectors } from '@test/vectors/random-vectors';
import { LogReader } from '@voxpersona/event-store';
import { VectorIndexProcess } from '@voxpersona/vector-index';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VectorIndexNotReady, VectorIndexReplica } from './vector-index-replica';

const embedder = { provider: 'test', model: 'sentences', dimension: 32 };
const PATIENCE_MS = 15_000;

describe('The replica of the vector index', () => {
  let world: EmbeddedLog;
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-replica-'));
  const key = randomBytes(32);
  const next = sentenceLikeVectors(embedder.dimension, 1);
  const warnings: string[] = [];
  const log = {
    warn: (text: string) => void warnings.push(text),
    error: (text: string) => void warnings.push(text),
  };
  const started: { replica: VectorIndexReplica; index: VectorIndexProcess }[] = [];

  beforeEach(async () => {
    world = await createEmbeddedLog(embedder);
    warnings.length = 0;
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ replica }) => replica.stop()));
    await world.log.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(name: string = randomUUID(), snapshotEvery = 1_000) {
    const index = new VectorIndexProcess({
      folder: join(folder, name),
      key,
      embedder: 'test/sentences/32',
      dimension: embedder.dimension,
      // Small numbers, so that FAISS, its graph and its copies all take part.
      index: { scanLimit: 20, hnswFrom: 300 },
    });
    const { store } = world.log.openAgain();
    const options = { snapshotEvery };
    const reader = new LogReader(store, world.codec);
    const replica = new VectorIndexReplica(reader, world.vectors, index, embedder, log, options);
    replica.start();
    started.push({ replica, index });
    return { replica, index, file: join(folder, name, 'vectors.snapshot') };
  }

  const find = async (
    replica: VectorIndexReplica,
    vector: Float32Array,
    k = 1,
    patienceMs = PATIENCE_MS,
  ): Promise<string[]> =>
    (await replica.search(vector, k, { owner: world.owner }, patienceMs)).map((hit) => hit.id);
  const caughtUp = async (replica: VectorIndexReplica): Promise<void> => {
    expect(await replica.waitFor(await world.log.store.head(), PATIENCE_MS)).toBe(true);
  };
  const some = (count: number): Float32Array[] => Array.from({ length: count }, next);

  it('holds what the log says, and forgets what it says is gone', async () => {
    const [kept, replaced, erased] = [randomUUID(), randomUUID(), randomUUID()];
    const vectors = [some(3), some(3), some(3)] as const;
    const ids = await world.embed(kept, vectors[0]);
    await world.embed(replaced, vectors[1]);
    await world.embed(erased, vectors[2]);
    const { replica } = start();
    await caughtUp(replica);
    expect(await find(replica, vectors[0][1]!)).toEqual([ids[1]]);
    await world.append({
      type: 'NoSpeechFound',
      data: { recordingId: replaced, transcriptVersion: 2, gaps: [] },
    });
    await world.erase(erased);
    await caughtUp(replica);
    expect((await find(replica, vectors[1][0]!, 50)).toSorted()).toEqual(ids.toSorted());
  });

  it('forgets what is rejected', async () => {
    const [kept, rejected] = [randomUUID(), randomUUID()];
    const [before, after] = [some(3), some(3)] as const;
    const ids = await world.embed(kept, before);
    await world.embed(rejected, after);
    const data = { recordingId: rejected, transcriptVersion: 2, reportIds: [] };
    const restored = {
      ...{ transcriptVersion: 1, isSilent: false, language: 'en', wordCount: 4, reportIds: [] },
    };
    const { replica } = start();
    // Another one was current already.
    await world.append({ type: 'TranscriptRejected', data: { ...data, restored: null } });
    await caughtUp(replica);
    expect(await find(replica, after[0]!, 50)).toHaveLength(6);
    await world.append({ type: 'TranscriptRejected', data: { ...data, restored } });
    await caughtUp(replica);
    expect((await find(replica, after[0]!, 50)).toSorted()).toEqual(ids.toSorted());
  });

  it('begins at its snapshot, and writes one when it stops', async () => {
    const vectors = some(40);
    const ids = await world.embed(randomUUID(), vectors);
    const first = start('snapshots');
    await caughtUp(first.replica);
    await first.replica.stop();
    expect(existsSync(first.file)).toBe(true);
    const head = await world.log.store.head();
    // Without the stored vectors only the snapshot can know them.
    await world.log.pool.query('DELETE FROM passage_vectors');
    const second = start('snapshots');
    expect(await find(second.replica, vectors[17]!)).toEqual([ids[17]]);
    expect(second.replica.status.position).toBe(head);
  });

  it('rebuilds from the stored vectors what is corrupt, and says so', async () => {
    const vectors = some(10);
    const ids = await world.embed(randomUUID(), vectors);
    const first = start('corrupt');
    await caughtUp(first.replica);
    await first.replica.stop();
    const bytes = readFileSync(first.file);
    writeFileSync(first.file, bytes.subarray(0, bytes.length / 2));
    const second = start('corrupt');
    expect(await find(second.replica, vectors[3]!)).toEqual([ids[3]]);
    expect(warnings).toEqual([expect.stringMatching(/snapshot.*rebuilt from the stored vectors: .*cut off/)]);
  });

  it('halts visibly at vectors that do not fit, and what it holds goes on serving', async () => {
    const vectors = some(5);
    const ids = await world.embed(randomUUID(), vectors);
    const { replica } = start();
    await caughtUp(replica);
    await world.embed(randomUUID(), [Float32Array.of(1, 0)]);
    while (replica.status.state !== 'halted') await sleep(10);
    expect(replica.status).toMatchObject({ reason: expect.stringMatching(/holds vectors of 32/) });
    expect(await find(replica, vectors[2]!)).toEqual([ids[2]]);
  });

  it('answers nothing rather than a part', async () => {
    await world.embed(randomUUID(), some(5));
    const { replica, index } = start();
    await caughtUp(replica);
    await world.log.pool.query('ALTER TABLE passage_vectors RENAME TO away');
    process.kill(index.pid!, 'SIGKILL');
    await expect(find(replica, next(), 1, 300)).rejects.toBeInstanceOf(VectorIndexNotReady);
    await world.log.pool.query('ALTER TABLE away RENAME TO passage_vectors');
    expect(await find(replica, next())).toHaveLength(1);
  });

  const kills = proofSize({ short: 4, full: 50 });
  it(`finds everything and nothing wrong, killed ${kills} times under load`, async () => {
    const random = randomNumbers(Date.now());
    const known: { id: string; vector: Float32Array }[] = [];
    const erased = new Set<string>();
    const { replica, index } = start('killed', 50);
    const add = async (): Promise<void> => {
      const recordingId = randomUUID();
      const vectors = some(5);
      const ids = await world.embed(recordingId, vectors);
      if (random() < 0.2) {
        await world.erase(recordingId);
        for (const id of ids) erased.add(id);
        return;
      }
      await caughtUp(replica);
      ids.forEach((id, n) => known.push({ id, vector: vectors[n]! }));
    };
    await add();
    await add();
    await add();
    const end = { killed: 0, searches: 0, wrong: [] as string[] };
    let loading = true;
    const load = async (): Promise<void> => {
      while (loading) await add();
    };
    const search = async (): Promise<void> => {
      while (loading) {
        const { id, vector } = known[Math.floor(random() * known.length)] ?? known[0]!;
        const hits = await replica.search(vector, 5, { owner: world.owner }, PATIENCE_MS);
        end.searches += 1;
        if (hits[0]?.id !== id || Math.abs(hits[0].score - 1) > 1e-4) end.wrong.push(id);
      }
    };
    const kill = async (): Promise<void> => {
      for (; end.killed < kills; end.killed += 1) {
        await sleep(random() * 600);
        const { pid } = index;
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        while (!replica.isComplete) await sleep(5);
      }
      loading = false;
    };
    await Promise.all([load(), search(), search(), kill()]);
    await caughtUp(replica);
    for (const { id, vector } of known) {
      if ((await find(replica, vector))[0] !== id) end.wrong.push(id);
    }
    const all = await find(replica, known[0]!.vector, known.length + erased.size);
    expect(end.wrong).toEqual([]);
    expect(all.toSorted()).toEqual(known.map(({ id }) => id).toSorted());
    process.stdout.write(`${kills} kills, ${known.length} vectors, ${end.searches} searches\n`);
    expect(end.searches).toBeGreaterThan(kills);
  }, 300_000);

  // Only root may mount.
  (process.getuid?.() === 0 ? it : it.skip)('survives a full disk while a snapshot is written', async () => {
    const small = mkdtempSync(join(tmpdir(), 'voxpersona-full-'));
    // 256 KiB: room for the first snapshot, not for the second beside it.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]);
    try {
      const vectors = some(900);
      const first = await world.embed(randomUUID(), vectors.slice(0, 600));
      const run = (): VectorIndexReplica => start(join('..', small.split('/').at(-1)!, 'index')).replica;
      const before = run();
      await caughtUp(before);
      await before.stop();
      const kept = readdirSync(join(small, 'index'));
      expect(kept).toEqual(['vectors.snapshot']);
      const again = run();
      const second = await world.embed(randomUUID(), vectors.slice(600));
      await caughtUp(again);
      await again.stop();
      expect(warnings).toEqual([expect.stringMatching(/could not be written \(ENOSPC/)]);
      // The old one is still there, whole, and nothing half-written beside it.
      expect(readdirSync(join(small, 'index'))).toEqual(kept);
      const last = run();
      for (const n of [0, 599, 600, 899]) {
        expect(await find(last, vectors[n]!)).toEqual([[...first, ...second][n]]);
      }
      await last.stop();
    } finally {
      execFileSync('umount', [small]);
      rmSync(small, { recursive: true, force: true });
    }
  });
});
