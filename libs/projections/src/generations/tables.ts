import { deleteCheckpoint } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { checkpointName, TableDigest, tableName } from './generation';
import { ReadModel } from './read-model';

/** Makes the empty table of a generation, with the columns and indexes of the first one's. */
export async function createTable(
  { table }: ReadModel,
  generation: number,
  transaction: PoolClient,
): Promise<void> {
  if (generation === 1) return;
  await transaction.query(`CREATE TABLE ${tableName(table, generation)} (LIKE ${table} INCLUDING ALL)`);
}

/** Forgets a generation: its rows, its checkpoints and what was parked. The table of the first stays as the pattern. */
export async function dropGeneration(
  { name, table }: Pick<ReadModel, 'name' | 'table'>,
  generation: number,
  transaction: PoolClient,
): Promise<void> {
  const own = tableName(table, generation);
  await transaction.query(generation === 1 ? `DELETE FROM ${own}` : `DROP TABLE IF EXISTS ${own}`);
  await forgetGeneration(name, generation, transaction);
}

/** Forgets the row of a generation and what hangs on it. */
export async function forgetGeneration(
  name: string,
  generation: number,
  transaction: PoolClient,
): Promise<void> {
  const checkpoint = checkpointName(name, generation);
  await deleteCheckpoint(transaction, checkpoint);
  await deleteCheckpoint(transaction, erasureCheckpoint(checkpoint));
  await transaction.query('DELETE FROM parked_events WHERE projection = $1 AND generation = $2', [
    name,
    generation,
  ]);
  await transaction.query('DELETE FROM projection_generations WHERE projection = $1 AND generation = $2', [
    name,
    generation,
  ]);
}

/** Checkpoint of who cuts erased things out of a generation that this build cannot go on with. */
export function erasureCheckpoint(checkpoint: string): string {
  return `${checkpoint}!erasures`;
}

/** Gives the table of an earlier version the columns that today's queries name; their values come with the next generation. */
export async function alignColumns(
  { table }: ReadModel,
  generation: number,
  transaction: PoolClient,
): Promise<void> {
  const own = tableName(table, generation);
  const { rows } = await transaction.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
       AND attname NOT IN (SELECT attname FROM pg_attribute WHERE attrelid = $2::regclass)`,
    [table, own],
  );
  for (const { name, type } of rows) {
    await transaction.query(`ALTER TABLE ${own} ADD COLUMN IF NOT EXISTS ${name} ${type}`);
  }
}

/** Counts and hashes all rows of a table. Order of rows and of columns do not matter. */
export async function digestOf(table: string, transaction: PoolClient): Promise<TableDigest> {
  const { rows: columns } = await transaction.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`,
    [table],
  );
  const row = `ROW(${columns.map(({ name }) => `${name}::text`).join(', ')})::text`;
  // Sums of two independent 64-bit hashes of the rows: enough against mistakes, which is what this looks for.
  const { rows } = await transaction.query<{ rows: string; hash: string }>(
    `SELECT count(*) AS rows, md5(concat(sum(hashtextextended(${row}, 0)), ':', sum(hashtextextended(${row}, 1)))) AS hash
     FROM ${table}`,
  );
  return { rows: Number(rows[0]?.rows ?? 0), hash: rows[0]?.hash ?? '' };
}
