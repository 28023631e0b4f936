import { takeCheckpoint } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { checkpointName, listGenerations } from './generation';
import { ReadModel } from './read-model';
import { dropGeneration, forgetGeneration } from './tables';

/**
 * Makes a generation the one that serves, and retires the one that did. Of those that served before one stays, for a way
 * back, and those that are pinned. All of it in the caller's transaction: whoever reads sees one or the other.
 *
 * @param model its name, and its table where it has one in PostgreSQL
 */
export async function activate(
  model: Pick<ReadModel, 'name'> & Partial<Pick<ReadModel, 'table'>>,
  generation: number,
  transaction: PoolClient,
): Promise<void> {
  const { name, table } = model;
  for (const { state, pinned, generation: earlier } of await listGenerations(transaction, name)) {
    if (state === 'active') await takeCheckpoint(transaction, checkpointName(name, earlier));
    if (state !== 'retired' || pinned) continue;
    if (table) await dropGeneration({ name, table }, earlier, transaction);
    else await forgetGeneration(name, earlier, transaction);
  }
  await transaction.query(
    "UPDATE projection_generations SET state = 'retired', retired_at = now() WHERE projection = $1 AND state = 'active'",
    [name],
  );
  await transaction.query(
    `UPDATE projection_generations SET state = 'active', activated_at = now()
     WHERE projection = $1 AND generation = $2`,
    [name, generation],
  );
}
