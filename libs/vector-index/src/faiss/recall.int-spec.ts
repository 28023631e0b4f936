import { proofSize } from '@test/proof-size';
import { entry } from '@test/vector-index-contract/vector-index-contract';
import { sentenceLikeVectors } from '@test/vectors/random-vectors';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { VectorIndexProcess } from '../process/vector-index-process';

const DIMENSION = 384;
const { count, queries } = proofSize({
  short: { count: 4_000, queries: 40 },
  full: { count: 100_000, queries: 200 },
});
const K = 10;
const BATCH = 200;
const MEGABYTE = 1 << 20;

describe(`The HNSW index over ${count} vectors of ${DIMENSION} numbers`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxpersona-recall-'));
  const key = randomBytes(32);
  const options = { key, embedder: 'e', dimension: DIMENSION };
  const hnsw = new VectorIndexProcess({
    ...options,
    folder: join(folder, 'hnsw'),
    index: { engine: 'faiss-hnsw', scanLimit: 0 },
  });
  const exact = new VectorIndexProcess({
    ...options,
    folder: join(folder, 'exact'),
    index: { engine: 'faiss-exact', scanLimit: 0 },
  });
  afterAll(() => {
    hnsw.close();
    exact.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const residentBytes = (pid: number): number =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;

  it('finds what the exact one finds, in memory near that of the vectors, and never in the way', async () => {
    const next = sentenceLikeVectors(DIMENSION, 7);
    await hnsw.open('log');
    await exact.open('log');
    const before = residentBytes(hnsw.pid!);
    for (let at = 0; at < count; at += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - at) }, (_, n) =>
        entry(`p${at + n}`, next()),
      );
      await hnsw.upsert(batch);
      await exact.upsert(batch);
    }
    const startedAt = Date.now();
    while (!(await isBuilt())) await sleep(200);
    const builtSeconds = (Date.now() - startedAt) / 1_000;

    const asked = Array.from({ length: queries }, next);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    let same = 0;
    let searchMs = 0;
    for (const vector of asked) {
      const began = performance.now();
      const found = await hnsw.search(vector, K, { owner: 'owner' });
      searchMs += performance.now() - began;
      const best = await exact.search(vector, K, { owner: 'owner' });
      const ids = new Set(best.map((hit) => hit.id));
      same += found.filter((hit) => ids.has(hit.id)).length;
    }
    delay.disable();
    const recall = same / (queries * K);
    const vectorBytes = count * DIMENSION * 4;
    const memory = (residentBytes(hnsw.pid!) - before) / vectorBytes;
    const blockedMs = delay.percentile(99) / 1e6;
    process.stdout.write(
      `HNSW, ${count} x ${DIMENSION}: recall ${recall.toFixed(4)}, built ${builtSeconds.toFixed(0)} s after the last vector, ` +
        `${(searchMs / queries).toFixed(1)} ms per search, ${memory.toFixed(2)} times the vectors' ${Math.round(vectorBytes / MEGABYTE)} MiB, ` +
        `event loop p99 ${blockedMs.toFixed(1)} ms\n`,
    );
    expect(recall).toBeGreaterThanOrEqual(0.98);
    // Of few vectors, what the process itself needs to work would drown out theirs.
    if (count >= 100_000) {
      expect(memory).toBeLessThan(2);
      expect(blockedMs).toBeLessThan(15);
    }

    async function isBuilt(): Promise<boolean> {
      const { engine, rebuilding, pending } = await hnsw.state();
      return engine === 'faiss-hnsw' && !rebuilding && pending === 0;
    }
  }, 900_000);
});
