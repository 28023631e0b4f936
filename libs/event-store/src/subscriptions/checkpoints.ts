import { Pool, PoolClient } from 'pg';
import { Position } from '../port/event-store';

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
] as const;

/** Another runner has moved this checkpoint: what was written on top of the old one must not be kept. */
export class CheckpointFenced extends Error {
  constructor(readonly name_: string) {
    super(`Another runner moved the checkpoint ${name_}`);
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
}

export interface NamedCheckpoint extends Checkpoint {
  name: string;
}

interface CheckpointRow {
  name: string;
  version: number;
  log_id: string;
  position: string;
}

const SELECT = 'SELECT name, version, log_id, position FROM checkpoints';

function toCheckpoint({ name, version, log_id: logId, position }: CheckpointRow): NamedCheckpoint {
  return { name, version, logId, position: BigInt(position) };
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
  checkpoint: Checkpoint,
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
 * @throws CheckpointFenced when it is not at `from`
 */
export async function moveCheckpoint(
  transaction: PoolClient,
  name: string,
  from: Position,
  to: Position,
): Promise<void> {
  const { rowCount } = await transaction.query(
    'UPDATE checkpoints SET position = $3 WHERE name = $1 AND position = $2',
    [name, from.toString(), to.toString()],
  );
  if (rowCount !== 1) throw new CheckpointFenced(name);
}

export async function listCheckpoints(connection: Pool | PoolClient): Promise<NamedCheckpoint[]> {
  const { rows } = await connection.query<CheckpointRow>(`${SELECT} ORDER BY name`);
  return rows.map(toCheckpoint);
}

/** Makes whoever has this checkpoint begin anew. */
export async function deleteCheckpoint(transaction: PoolClient, name: string): Promise<void> {
  await transaction.query('DELETE FROM checkpoints WHERE name = $1', [name]);
}
