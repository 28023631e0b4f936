import { UNKNOWN_TYPE } from '@voxpersona/event-store';
import { Pool, PoolClient } from 'pg';
import { ProjectionName, READ_MODELS } from '../read-models';
import { tableName } from './generation';
import { ActiveTables } from './read-tables';

/** An event of this resource could not be applied to a read model: what that says of it is not complete. */
export class ResourceIncomplete extends Error {
  constructor(projection: string) {
    super(
      `An event of this resource could not be applied to the read model "${projection}". The log has it; ` +
        `an operator sees it with "vox projections status" and rebuilds the read model with a build that can apply it.`,
    );
    this.name = 'ResourceIncomplete';
  }
}

/**
 * Tables of the generations that serve.
 *
 * @param resource what is going to be read of a read model
 * @throws ResourceIncomplete where one of the resource's events was parked
 */
export async function activeTables(
  connection: Pool | PoolClient,
  resource?: { projection: ProjectionName; id: string },
): Promise<ActiveTables> {
  const { rows } = await connection.query<{ projection: string; generation: number; parked: boolean }>({
    name: 'active-tables',
    text: `
      SELECT projection, generation, EXISTS (
        SELECT FROM parked_events WHERE parked_events.projection = serving.projection
          AND parked_events.generation = serving.generation AND resources @> ARRAY[$1] AND reason <> $2) AS parked
      FROM projection_generations AS serving WHERE state = 'active'`,
    values: [resource?.id ?? '', UNKNOWN_TYPE],
  });
  if (rows.some(({ projection, parked }) => parked && projection === resource?.projection)) {
    throw new ResourceIncomplete(resource?.projection ?? '');
  }
  const active = new Map(rows.map(({ projection, generation }) => [projection, generation]));
  const names = READ_MODELS.map(
    ({ name, table }) => [table, tableName(table, active.get(name) ?? 1)] as const,
  );
  return Object.fromEntries(names) as ActiveTables;
}
