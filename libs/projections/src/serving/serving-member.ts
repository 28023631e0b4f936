import { readCheckpoint, Position, START, takeForBuild, writeCheckpoint } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { checkpointName, Generation, tableName } from '../generations/generation';
import { ReadModel } from '../generations/read-model';

/** A read model as it serves: the generation that answers, and where that one stands. */
export interface ServingMember {
  model: ReadModel;
  generation: number;
  table: string;
  /** Name of its checkpoint. */
  checkpoint: string;
  position: Position;
  /** Raised by whoever takes the checkpoint away, see `takeCheckpoint`. */
  fence: number;
}

/** Where a member stands. One whose rows are of another log, or version, is emptied and begins at the start. */
export async function openMember(
  model: ReadModel,
  { generation }: Pick<Generation, 'generation'>,
  logId: string,
  build: number,
  transaction: PoolClient,
): Promise<ServingMember & { wasReset: boolean }> {
  const name = checkpointName(model.name, generation);
  const table = tableName(model.table, generation);
  const checkpoint = await readCheckpoint(transaction, name);
  const member = { model, generation, table, checkpoint: name, fence: checkpoint?.fence ?? 0 };
  if (checkpoint?.version === model.version && checkpoint.logId === logId) {
    await takeForBuild(transaction, name, build);
    return { ...member, position: checkpoint.position, wasReset: false };
  }
  await transaction.query(`DELETE FROM ${table}`);
  await transaction.query('DELETE FROM parked_events WHERE projection = $1 AND generation = $2', [
    model.name,
    generation,
  ]);
  await writeCheckpoint(transaction, name, { version: model.version, logId, position: START });
  await takeForBuild(transaction, name, build);
  return { ...member, position: START, wasReset: checkpoint !== undefined };
}
