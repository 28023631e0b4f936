import { PoolClient } from 'pg';
import { beginGeneration } from './begin-generation';
import { Generation } from './generation';
import { ReadModel } from './read-model';
import { alignColumns, dropGeneration } from './tables';

/** Begins the generation of this build's version beside the one of another version that serves. */
export async function beginOwnVersion(
  model: ReadModel,
  generations: readonly Generation[],
  active: Generation,
  transaction: PoolClient,
): Promise<void> {
  for (const { state, generation } of generations) {
    if (state === 'building') await dropGeneration(model, generation, transaction);
  }
  await alignColumns(model, active.generation, transaction);
  const { name, version } = model;
  // A build before, or the one that was gone back from, may have left one of this very version.
  const kept = generations.find((one) => one.state === 'retired' && one.version === version && !one.pruned);
  if (kept) {
    await transaction.query(
      `UPDATE projection_generations SET state = 'building', phase = 'reading', reason = 'version'
       WHERE projection = $1 AND generation = $2`,
      [name, kept.generation],
    );
  } else {
    await beginGeneration(model, { version, reason: 'version', embedder: null }, transaction);
  }
}
