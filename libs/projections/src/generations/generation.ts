import { RecordedEmbedder } from '@voxpersona/domain';
import { Pool, PoolClient } from 'pg';

/**
 * - `building` read from the log, beside the one that serves
 * - `active`   the one that serves; there is one of every projection
 * - `retired`  served before; stays for a way back
 */
export type GenerationState = 'building' | 'active' | 'retired';

/**
 * Of one that is built:
 * - `reading`   reads the log, then compares and takes over
 * - `paused`    somebody asked to wait
 * - `failed`    an event could not be applied, see `problem`
 * - `differs`   complete, but not like the one that serves, see `comparison`
 * - `accepted`  somebody said that it shall take over although it differs
 */
export type BuildPhase = 'reading' | 'paused' | 'failed' | 'differs' | 'accepted';

/** Why a generation was begun: the very first, on demand, another version of the code, another embedder, a way back. */
export type GenerationReason = 'first' | 'requested' | 'version' | 'embedder' | 'rollback';

export interface BuildProgress {
  /** Events that the projection took in. */
  applied: number;
  /** Part of the log that is read, 0 to 1. */
  share: number;
  /** Events taken in per second, lately. */
  eventsPerSecond: number;
  /** Null while it cannot be told. */
  secondsLeft: number | null;
}

export interface BuildProblem {
  /** The event that stopped it. */
  eventId: string;
  type: string;
  stream: string;
  position: string;
  reason: string;
}

/** What one side of a comparison holds: rows and a hash over all of them, whatever their order. */
export interface TableDigest {
  rows: number;
  hash: string;
}

export interface GenerationComparison {
  /** The position that both stood at; where they were not compared, that of the one that served. */
  position: string;
  /** Null where they were not compared. */
  equal: boolean | null;
  /** Why they were not compared, though they could have been. */
  notCompared?: string;
  tables: { name: string; active: TableDigest; building: TableDigest }[];
}

/** One build of a projection. Generations of a projection are numbered from 1. */
export interface Generation {
  projection: string;
  generation: number;
  /** Of the code that builds it. */
  version: number;
  state: GenerationState;
  phase: BuildPhase;
  reason: GenerationReason;
  /** Something erased was cut out of it by a build that could not go on with it: it is no way back any more. */
  pruned: boolean;
  /** Kept for longer than a retired generation is kept. */
  pinned: boolean;
  /** Of a vector index; null for read models. */
  embedder: RecordedEmbedder | null;
  progress: BuildProgress | null;
  problem: BuildProblem | null;
  comparison: GenerationComparison | null;
  /** ISO 8601. */
  startedAt: string;
  activatedAt: string | null;
  retiredAt: string | null;
}

/** Channel on which the database says that a generation has changed. */
export const GENERATIONS_CHANNEL = 'voxpersona_generations';

export const GENERATION_MIGRATIONS = [
  {
    name: '0041-projection-generations',
    sql: `
      CREATE TABLE projection_generations (
        projection text NOT NULL,
        generation integer NOT NULL,
        version integer NOT NULL,
        state text NOT NULL CHECK (state IN ('building', 'active', 'retired')),
        phase text NOT NULL DEFAULT 'reading',
        reason text NOT NULL,
        pruned boolean NOT NULL DEFAULT false,
        embedder json,
        progress json,
        problem json,
        comparison json,
        started_at timestamptz NOT NULL DEFAULT now(),
        activated_at timestamptz,
        PRIMARY KEY (projection, generation)
      );
      -- Whatever fails halfway: one serves, and at most one is built.
      CREATE UNIQUE INDEX projection_generations_active ON projection_generations (projection) WHERE state = 'active';
      CREATE UNIQUE INDEX projection_generations_building ON projection_generations (projection) WHERE state = 'building';`,
  },
  {
    name: '0042-parked-events',
    sql: `
      CREATE TABLE parked_events (
        projection text NOT NULL,
        generation integer NOT NULL,
        event_id uuid NOT NULL,
        event_type text NOT NULL,
        stream text NOT NULL,
        position bigint NOT NULL,
        reason text NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (projection, generation, event_id)
      );`,
  },
  {
    name: '0049-retired-generations',
    sql: `
      ALTER TABLE projection_generations ADD COLUMN pinned boolean NOT NULL DEFAULT false;
      ALTER TABLE projection_generations ADD COLUMN retired_at timestamptz;`,
  },
  {
    name: '0051-resources-of-parked-events',
    sql: `
      -- Ids of the resources whose rows lack the event.
      ALTER TABLE parked_events ADD COLUMN resources text[] NOT NULL DEFAULT '{}';`,
  },
] as const;

interface GenerationRow extends Omit<Generation, 'startedAt' | 'activatedAt' | 'retiredAt'> {
  started_at: Date;
  activated_at: Date | null;
  retired_at: Date | null;
}

function toGeneration(row: GenerationRow): Generation {
  const { started_at: started, activated_at: activated, retired_at: retired, ...rest } = row;
  return {
    ...rest,
    startedAt: started.toISOString(),
    activatedAt: activated?.toISOString() ?? null,
    retiredAt: retired?.toISOString() ?? null,
  };
}

/** Of all projections, or of one; in the order of their numbers. */
export async function listGenerations(
  connection: Pool | PoolClient,
  projection?: string,
): Promise<Generation[]> {
  const { rows } = await connection.query<GenerationRow>(
    `SELECT projection, generation, version, state, phase, reason, pruned, pinned, embedder, progress, problem,
       comparison, started_at, activated_at, retired_at
     FROM projection_generations WHERE $1::text IS NULL OR projection = $1 ORDER BY projection, generation`,
    [projection ?? null],
  );
  return rows.map(toGeneration);
}

/** Wakes every process that follows generations, once the transaction is committed. */
export async function announceGenerations(connection: Pool | PoolClient): Promise<void> {
  await connection.query(`NOTIFY ${GENERATIONS_CHANNEL}`);
}

/** Name of a generation's checkpoint. The first one's is that of the projection, as it was before there were generations. */
export function checkpointName(projection: string, generation: number): string {
  return generation === 1 ? projection : `${projection}@${generation}`;
}

/** Name of a generation's table. The first one's is the pattern that the others are made after. */
export function tableName(table: string, generation: number): string {
  return generation === 1 ? table : `${table}_g${generation}`;
}
