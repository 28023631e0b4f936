import { Pool } from 'pg';
import { activeTables, assertNotBehind } from '../generations/active-tables';
import { ReadTable } from '../generations/read-tables';
import { ProjectionName } from '../read-models';

/** A read model that holds one document per resource. */
export interface DocumentPlace {
  projection: ProjectionName;
  table: ReadTable;
}

/**
 * The document of one resource; null when there is none.
 *
 * @param owner the workspace that it must belong to; without it whoever asks has made sure of that
 * @throws ResourceIncomplete where one of its events could not be applied
 * @throws ReadModelBehind where it is not found in a read model that is behind the others
 */
export async function findDocument<Row>(
  pool: Pool,
  { projection, table }: DocumentPlace,
  id: string,
  owner?: string,
): Promise<Row | null> {
  const tables = await activeTables(pool, { projection, id });
  const { rows } = await pool.query<{ document: Row }>(
    owner === undefined
      ? { text: `SELECT document FROM ${tables[table]} WHERE id = $1`, values: [id] }
      : { text: `SELECT document FROM ${tables[table]} WHERE id = $1 AND owner = $2`, values: [id, owner] },
  );
  if (!rows[0]) await assertNotBehind(pool, projection);
  return rows[0]?.document ?? null;
}
