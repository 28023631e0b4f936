// Searches per second of the vector index with each engine, as a ratio to the floor: a plain loop over the same vectors in
// one array.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inFolder } from './support/database.mjs';
import { interleave, perSecond } from './support/measure.mjs';
import { built } from './support/product.mjs';

const ENGINES = ['builtin', 'faiss-exact', 'faiss-hnsw'];
const DIMENSION = 384;
const K = 10;
/** Vectors that are put in at once. */
const BATCH = 500;
const POLL_MS = 200;

export async function run(report, { seconds, rounds, vectors, wants }) {
  const all = new Float32Array(vectors * DIMENSION);
  for (let at = 0; at < vectors; at += 1) all.set(someVector(), at * DIMENSION);
  const turn = (search) => () => perSecond(seconds / rounds / 2, 1, () => search(someVector()));
  for (const engine of ENGINES) {
    if (!wants(engine)) continue;
    await withIndex(engine, all, async (index) => {
      const contenders = {
        index: turn((query) => index.search(query, K, { owner: 'o' })),
        loop: turn((query) => Promise.resolve(bestOf(all, query))),
      };
      await interleave(1, contenders);
      const rates = await interleave(rounds, contenders);
      report.add(engine, {
        figures: rates.index,
        unit: 'searches/s',
        against: { name: 'plain loop', figures: rates.loop },
      });
    });
  }
}

function someVector() {
  const vector = Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** What no search over all vectors can do without. */
function bestOf(all, query) {
  const best = [];
  for (let at = 0; at * DIMENSION < all.length; at += 1) {
    let score = 0;
    for (let n = 0; n < DIMENSION; n += 1) score += query[n] * all[at * DIMENSION + n];
    if (best.length < K || score > best[K - 1].score) {
      best.push({ at, score });
      best.sort((a, b) => b.score - a.score).splice(K);
    }
  }
  return best;
}

async function withIndex(engine, all, work) {
  const { VectorIndexProcess } = built('vector-index');
  await inFolder(async (folder) => {
    const index = new VectorIndexProcess({
      folder: join(folder, engine),
      key: randomBytes(32),
      embedder: 'bench',
      dimension: DIMENSION,
      index: { engine },
    });
    try {
      await index.open('bench');
      await fill(index, all);
      while (engine !== 'builtin' && (await isBusy(index))) await sleep(POLL_MS);
      await work(index);
    } finally {
      index.close();
    }
  });
}

async function fill(index, all) {
  const count = all.length / DIMENSION;
  for (let from = 0; from < count; from += BATCH) {
    const slots = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => from + n);
    await index.upsert(
      slots.map((slot) => ({
        id: `p${slot}`,
        recordingId: 'r',
        source: 'transcript',
        sourceId: 'r',
        owner: 'o',
        vector: all.slice(slot * DIMENSION, (slot + 1) * DIMENSION),
      })),
    );
  }
}

async function isBusy(index) {
  const { pending, rebuilding } = await index.state();
  return pending > 0 || rebuilding;
}
