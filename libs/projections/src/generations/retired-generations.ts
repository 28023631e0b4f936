import { inTransaction } from '@voxpersona/platform';
import { Pool } from 'pg';
import { announceGenerations, Generation, listGenerations } from './generation';
import { ReadModel } from './read-model';
import { dropGeneration } from './tables';

/** A generation that served is kept so long for a way back. */
const KEPT_MS = 24 * 3_600_000;

/** Deletes the read models' generations that served long ago, unless they are pinned. */
export async function dropRetired(
  models: readonly ReadModel[],
  generations: readonly Generation[],
  pool: Pool,
  now = Date.now(),
): Promise<void> {
  for (const model of models) {
    const own = generations.filter(({ projection }) => projection === model.name);
    if (!own.some((generation) => isOver(generation, now))) continue;
    await inTransaction(pool, async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`generations of ${model.name}`]);
      // It may be gone back to since.
      const still = (await listGenerations(transaction, model.name)).filter((one) => isOver(one, now));
      for (const { generation } of still) await dropGeneration(model, generation, transaction);
      await announceGenerations(transaction);
    });
  }
}

function isOver({ state, pinned, retiredAt }: Generation, now: number): boolean {
  return state === 'retired' && !pinned && retiredAt !== null && Date.parse(retiredAt) + KEPT_MS < now;
}
