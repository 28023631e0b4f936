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
 * A read model is behind the others and lacks this resource: one of another version serves until this build's is built, or it
 * cannot be written at present.
 */
export class ReadModelBehind extends Error {
  constructor(projection: string) {
    super(
      `The read model "${projection}" is behind the log: it is being rebuilt, or cannot be written. Ask again soon.`,
    );
    this.name = 'ReadModelBehind';
  }
}

/**
 * Makes sure that what was not found is not there.
 *
 * @throws ReadModelBehind where the read model is behind the others
 */
export async function assertNotBehind(pool: Pool, projection: ProjectionName): Promise<void> {
  const { rows } = await pool.query<{ behind: boolean }>({
    name: 'is-behind',
    text: `
      WITH serving AS (
        SELECT projection, position
        FROM projection_generations LEFT JOIN checkpoints ON checkpoints.name = projection
          || CASE WHEN generation = 1 THEN '' ELSE '@' || generation END
        WHERE state = 'active')
      SELECT coalesce(position, 0) < (SELECT max(position) FROM serving) AS behind
      FROM serving WHERE projection = $1`,
    values: [projection],
  });
  if (rows[0]?.behind) throw new ReadModelBehind(projection);
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
