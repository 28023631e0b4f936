import { RecordedEmbedder } from '@voxpersona/domain';
import { PoolClient } from 'pg';
import { GenerationReason } from './generation';
import { ReadModel } from './read-model';
import { createTable } from './tables';

/**
 * Begins the next generation of a projection, with an empty table where it has one.
 *
 * @returns its number
 */
export async function beginGeneration(
  model: Pick<ReadModel, 'name'> & Partial<ReadModel>,
  generation: { version: number; reason: GenerationReason; embedder: RecordedEmbedder | null },
  transaction: PoolClient,
): Promise<number> {
  const { rows } = await transaction.query<{ generation: number }>(
    `INSERT INTO projection_generations (projection, generation, version, state, reason, embedder)
     SELECT $1, coalesce(max(generation), 0) + 1, $2, 'building', $3, $4
     FROM projection_generations WHERE projection = $1 RETURNING generation`,
    [model.name, generation.version, generation.reason, JSON.stringify(generation.embedder)],
  );
  const number = rows[0]?.generation ?? 0;
  if (model.table) await createTable(model as ReadModel, number, transaction);
  return number;
}
