import { Pool, PoolClient } from 'pg';
import { READ_MODELS } from '../read-models';
import { tableName } from './generation';
import { ActiveTables } from './read-tables';

/** Tables of the generations that serve. */
export async function activeTables(connection: Pool | PoolClient): Promise<ActiveTables> {
  const active = await activeGenerations(connection);
  const names = READ_MODELS.map(
    ({ name, table }) => [table, tableName(table, active.get(name) ?? 1)] as const,
  );
  return Object.fromEntries(names) as ActiveTables;
}

async function activeGenerations(connection: Pool | PoolClient): Promise<Map<string, number>> {
  const { rows } = await connection.query<{ projection: string; generation: number }>(
    "SELECT projection, generation FROM projection_generations WHERE state = 'active'",
  );
  return new Map(rows.map(({ projection, generation }) => [projection, generation]));
}
