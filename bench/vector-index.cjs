// Searches per second of the vector index with each engine, as a ratio to the floor: a plain loop over the same vectors
// in one array, in the same run. Build first; then: node bench/vector-index.cjs [vectors]
const { randomBytes } = require('node:crypto');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { VectorIndexProcess } = require('../dist/libs/vector-index/src');

const COUNT = Number(process.argv[2] ?? 20_000);
const DIMENSION = 384;
const SEARCHES = 100;
const K = 10;

function someVector() {
  const vector = Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** What no search over all vectors can do without. */
function floor(all, query) {
  const best = [];
  for (let at = 0; at < COUNT; at += 1) {
    let score = 0;
    for (let n = 0; n < DIMENSION; n += 1) score += query[n] * all[at * DIMENSION + n];
    if (best.length < K || score > best[K - 1].score) {
      best.push({ at, score });
      best.sort((a, b) => b.score - a.score).splice(K);
    }
  }
  return best;
}

async function perSecond(search) {
  const queries = Array.from({ length: SEARCHES }, someVector);
  await search(queries[0]);
  const began = performance.now();
  for (const query of queries) await search(query);
  return (SEARCHES / (performance.now() - began)) * 1_000;
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const all = new Float32Array(COUNT * DIMENSION);
  for (let at = 0; at < COUNT; at += 1) all.set(someVector(), at * DIMENSION);
  const bare = await perSecond((query) => floor(all, query));
  console.log(
    `${COUNT} vectors of ${DIMENSION}\n\nengine         searches/s   ratio\nplain loop     ${bare.toFixed(0).padStart(10)}    1.00`,
  );
  for (const engine of ['builtin', 'faiss-exact', 'faiss-hnsw']) {
    const index = new VectorIndexProcess({
      folder: join(folder, engine),
      key: randomBytes(32),
      embedder: 'bench',
      dimension: DIMENSION,
      index: { engine },
    });
    await index.open('bench');
    for (let at = 0; at < COUNT; at += 500) {
      const slots = Array.from({ length: Math.min(500, COUNT - at) }, (_, n) => at + n);
      await index.upsert(
        slots.map((slot) => ({
          ...{ id: `p${slot}`, recordingId: 'r', source: 'transcript', sourceId: 'r', owner: 'o' },
          vector: all.slice(slot * DIMENSION, (slot + 1) * DIMENSION),
        })),
      );
    }
    while (engine !== 'builtin' && ((await index.state()).pending > 0 || (await index.state()).rebuilding)) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const rate = await perSecond((query) => index.search(query, K, { owner: 'o' }));
    console.log(`${engine.padEnd(14)} ${rate.toFixed(0).padStart(10)}    ${(rate / bare).toFixed(2)}`);
    index.close();
  }
  rmSync(folder, { recursive: true, force: true });
}

main();
