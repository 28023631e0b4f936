import { Pool, PoolClient } from 'pg';
import { Position, toPosition } from '../port/event-store';

export const CHECKPOINT_MIGRATIONS = [
  {
    name: '0003-checkpoints',
    sql: `
      CREATE TABLE checkpoints (
        name text PRIMARY KEY,
        version integer NOT NULL,
        log_id uuid NOT NULL,
        position bigint NOT NULL
      );`,
  },
  {
    name: '0048-checkpoint-fences',
    sql: `
      -- Raised by whoever takes a checkpoint away from the one that moves it.
      ALTER TABLE checkpoints ADD COLUMN fence integer NOT NULL DEFAULT 0;`,
  },
  {
    name: '0052-builds-of-checkpoints',
    sql: `
      -- Of the build that took the checkpoint last: a process of another one cannot move it any more.
      ALTER TABLE checkpoints ADD COLUMN build integer NOT NULL DEFAULT 0;`,
  },
] as const;

/** Channel on which the database says that the read models that serve have moved. */
export const CHECKPOINTS_CHANNEL = 'voxpersona_checkpoints';

/** Another runner has moved this checkpoint: what was written on top of the old one must not be kept. */
export class CheckpointFenced extends Error {
  constructor(checkpoint: string) {
    super(`Another process moved the checkpoint ${checkpoint}`);
    this.name = 'CheckpointFenced';
  }
}

/** What is behind this checkpoint is not in the log: it is older than the database, or a node that lags behind was asked. */
export class CheckpointAhead extends Error {
  constructor(name: string, position: Position, head: Position) {
    super(
      `The checkpoint ${name} (${position}) is ahead of the log, which ends at ${head}: ` +
        'they are not of one moment, see docs/operations.md',
    );
    this.name = 'CheckpointAhead';
  }
}

export interface Checkpoint {
  version: number;
  logId: string;
  position: Position;
  /** Grows whenever the checkpoint is taken away from whoever moves it. */
  fence: number;
}

export interface NamedCheckpoint extends Checkpoint {
  name: string;
}

interface CheckpointRow {
  name: string;
  version: number;
  log_id: string;
  position: string;
  fence: number;
}

const SELECT = 'SELECT name, version, log_id, position, fence FROM checkpoints';

function toCheckpoint({ log_id: logId, position, ...row }: CheckpointRow): NamedCheckpoint {
  return { ...row, logId, position: toPosition(position) };
}

export async function readCheckpoint(
  connection: Pool | PoolClient,
  name: string,
): Promise<Checkpoint | undefined> {
  const { rows } = await connection.query<CheckpointRow>(`${SELECT} WHERE name = $1`, [name]);
  return rows.map(toCheckpoint)[0];
}

export async function writeCheckpoint(
  transaction: PoolClient,
  name: string,
  checkpoint: Omit<Checkpoint, 'fence'>,
): Promise<void> {
  await transaction.query(
    `INSERT INTO checkpoints (name, version, log_id, position) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET version = $2, log_id = $3, position = $4`,
    [name, checkpoint.version, checkpoint.logId, checkpoint.position.toString()],
  );
}

/**
 * Moves a checkpoint from exactly `from` to `to`.
 *
 * @param build that took it; without it, whichever did
 * @throws CheckpointFenced when it is not at `from`, or another build took it
 */
export async function moveCheckpoint(
  transaction: PoolClient,
  name: string,
  from: Position,
  to: Position,
  build?: number,
): Promise<void> {
  const { rowCount } = await transaction.query(
    'UPDATE checkpoints SET position = $3 WHERE name = $1 AND position = $2 AND coalesce($4, build) = build',
    [name, from.toString(), to.toString(), build ?? null],
  );
  if (rowCount !== 1) throw new CheckpointFenced(name);
}

/**
 * Moves several checkpoints together, all from exactly `from` to `to`, and says so to whoever waits.
 *
 * @param checkpoints with the fences that the mover knows
 * @param build that took them
 * @throws CheckpointFenced when one of them is not at `from`, or was taken away
 */
export async function moveCheckpoints(
  transaction: PoolClient,
  checkpoints: readonly { name: string; fence: number }[],
  from: Position,
  to: Position,
  build: number,
): Promise<void> {
  const { rows } = await transaction.query<{ moved: string }>({
    name: 'move-checkpoints',
    text: `
      WITH moved AS (
        UPDATE checkpoints SET position = $4 FROM unnest($1::text[], $2::integer[]) AS mine(name, fence)
        WHERE checkpoints.name = mine.name AND checkpoints.fence = mine.fence AND position = $3 AND build = $5
        RETURNING 1)
      SELECT count(*) AS moved, pg_notify('${CHECKPOINTS_CHANNEL}', '') FROM moved`,
    values: [
      checkpoints.map(({ name }) => name),
      checkpoints.map(({ fence }) => fence),
      from.toString(),
      to.toString(),
      build,
    ],
  });
  if (Number(rows[0]?.moved) !== checkpoints.length) throw new CheckpointFenced('of the read models');
}

/** Takes a checkpoint for a build: a process of another build that still believes to have it cannot move it. */
export async function takeForBuild(transaction: PoolClient, name: string, build: number): Promise<void> {
  await transaction.query('UPDATE checkpoints SET build = $2 WHERE name = $1 AND build <> $2', [name, build]);
}

/** Takes a checkpoint away: whoever moves it finds out before it writes anything more. */
export async function takeCheckpoint(transaction: PoolClient, name: string): Promise<void> {
  await transaction.query('UPDATE checkpoints SET fence = fence + 1 WHERE name = $1', [name]);
}

export async function listCheckpoints(connection: Pool | PoolClient): Promise<NamedCheckpoint[]> {
  const { rows } = await connection.query<CheckpointRow>(`${SELECT} ORDER BY name`);
  return rows.map(toCheckpoint);
}

/** Makes whoever has this checkpoint begin anew. */
export async function deleteCheckpoint(transaction: PoolClient, name: string): Promise<void> {
  await transaction.query('DELETE FROM checkpoints WHERE name = $1', [name]);
}
