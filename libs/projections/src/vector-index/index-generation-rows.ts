import { embedderName, RecordedEmbedder } from '@voxpersona/domain';
import { inTransaction } from '@voxpersona/platform';
import { Pool, PoolClient } from 'pg';
import { beginGeneration } from '../generations/begin-generation';
import {
  announceGenerations,
  BuildProgress,
  Generation,
  GenerationComparison,
  listGenerations,
} from '../generations/generation';
import { activate } from '../generations/switch-generation';
import { forgetGeneration } from '../generations/tables';
import { VECTOR_INDEX } from '../read-models';
import { readActiveEmbedder, writeActiveEmbedder } from './active-embedder';

/** Of what is built from an event; raised when that changes. */
const VERSION = 1;

const LOCK = 'SELECT pg_advisory_xact_lock(hashtext($1))';

function isOf(identity: RecordedEmbedder): (generation: Generation) => boolean {
  return ({ embedder }) => embedder !== null && embedderName(embedder) === embedderName(identity);
}

/**
 * Makes sure that one generation serves, and that one of the configured embedder does or is built. What is built for an
 * embedder that is no longer configured is given up.
 */
export async function settleIndexGenerations(
  pool: Pool,
  configured: RecordedEmbedder,
): Promise<Generation[]> {
  return inTransaction(pool, async (transaction) => {
    await transaction.query(LOCK, [`generations of ${VECTOR_INDEX}`]);
    let generations = await listGenerations(transaction, VECTOR_INDEX);
    if (!generations.some(({ state }) => state === 'active')) {
      await beginFirst(configured, transaction);
      generations = await listGenerations(transaction, VECTOR_INDEX);
    }
    const isOurs = isOf(configured);
    const active = generations.find(({ state }) => state === 'active');
    const building = generations.find(({ state }) => state === 'building');
    const serves = active !== undefined && isOurs(active);
    if (building && (serves ? building.reason === 'embedder' : !isOurs(building))) {
      await forgetGeneration(VECTOR_INDEX, building.generation, transaction);
    }
    if (!serves && !(building && isOurs(building))) await beginOwn(generations, configured, transaction);
    await announceGenerations(transaction);
    return listGenerations(transaction, VECTOR_INDEX);
  });
}

async function beginFirst(configured: RecordedEmbedder, transaction: PoolClient): Promise<void> {
  const known = await readActiveEmbedder(transaction);
  if (!known) await writeActiveEmbedder(transaction, configured);
  const begun = { version: VERSION, reason: 'first', embedder: known ?? configured } as const;
  const generation = await beginGeneration({ name: VECTOR_INDEX }, begun, transaction);
  await activate({ name: VECTOR_INDEX }, generation, transaction);
}

/** One that served before is gone back to: its vectors are there still. */
async function beginOwn(
  generations: readonly Generation[],
  configured: RecordedEmbedder,
  transaction: PoolClient,
): Promise<void> {
  const kept = generations.find((one) => one.state === 'retired' && isOf(configured)(one));
  if (!kept) {
    const begun = { version: VERSION, reason: 'embedder', embedder: configured } as const;
    await beginGeneration({ name: VECTOR_INDEX }, begun, transaction);
    return;
  }
  await transaction.query(
    `UPDATE projection_generations SET state = 'building', phase = 'reading', reason = 'embedder'
     WHERE projection = $1 AND generation = $2`,
    [VECTOR_INDEX, kept.generation],
  );
}

/**
 * Makes a generation the one that serves, unless another process did so, or it is not to be built any more. One that differs
 * from what serves is kept back instead.
 */
export async function finishIndexGeneration(
  pool: Pool,
  generation: Generation,
  comparison: GenerationComparison | null,
): Promise<void> {
  await inTransaction(pool, async (transaction) => {
    await transaction.query(LOCK, [`generations of ${VECTOR_INDEX}`]);
    const now = (await listGenerations(transaction, VECTOR_INDEX)).find(
      (one) => one.generation === generation.generation,
    );
    if (now?.state !== 'building' || now.phase !== generation.phase) return;
    const differs = comparison?.equal === false;
    await transaction.query(
      `UPDATE projection_generations SET comparison = $3, phase = $4 WHERE projection = $1 AND generation = $2`,
      [
        VECTOR_INDEX,
        generation.generation,
        comparison && JSON.stringify(comparison),
        differs ? 'differs' : now.phase,
      ],
    );
    if (!differs) {
      await activate({ name: VECTOR_INDEX }, generation.generation, transaction);
      if (generation.embedder) await writeActiveEmbedder(transaction, generation.embedder);
    }
    await announceGenerations(transaction);
  });
}

/** Tells how far a generation is; whichever process tells last. */
export async function noteIndexProgress(
  pool: Pool,
  generation: number,
  progress: BuildProgress,
): Promise<void> {
  await pool.query(
    'UPDATE projection_generations SET progress = $3 WHERE projection = $1 AND generation = $2',
    [VECTOR_INDEX, generation, JSON.stringify(progress)],
  );
}
