import { Position } from '@voxpersona/event-store';
import { inTransaction, PostgresListener } from '@voxpersona/platform';
import { MissingVectors, RepairFigures, VectorRepairs } from '@voxpersona/vector-store';
import { randomUUID } from 'node:crypto';
import { Pool, PoolClient } from 'pg';
import { JobQueue } from '../jobs/job-queue';

/** Channel on which the database says that missing vectors were stored again. */
export const VECTORS_CHANNEL = 'voxpersona_vectors';

/** Named in jobs as what asked for them. */
const ASKED_BY = 'vector-repair';

/** One process writes at a time: of several that notice the same, one queues the job. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('missing vectors'))`;

/** Missing vectors of one embedder. */
export interface MissingVectorsFigures extends RepairFigures {
  embedder: string;
}

/** Keeps the list of missing vectors, and queues the jobs that embed them again. Each is queued once, whoever notices. */
export class PostgresVectorRepairs implements VectorRepairs {
  /** @param configured name of the embedder that works in this installation */
  constructor(
    private readonly pool: Pool,
    private readonly listener: PostgresListener,
    private readonly queue: JobQueue,
    private readonly configured: string,
  ) {}

  async settle(embedder: string, upTo: Position, missing: readonly MissingVectors[]): Promise<void> {
    await inTransaction(this.pool, async (transaction) => {
      await transaction.query(LOCK);
      const ids = missing.map(({ eventId }) => eventId);
      await transaction.query(
        'DELETE FROM missing_vectors WHERE embedder = $1 AND position <= $2 AND NOT event_id = ANY ($3)',
        [embedder, upTo.toString(), ids],
      );
      if (missing.length === 0) return;
      await transaction.query(
        `INSERT INTO missing_vectors (embedder, event_id, position, recording_id, vectors)
         SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::integer[])
         ON CONFLICT (embedder, event_id) DO UPDATE SET vectors = excluded.vectors`,
        [
          embedder,
          ids,
          missing.map(({ position }) => position.toString()),
          missing.map(({ recordingId }) => recordingId),
          missing.map(({ passageIds }) => passageIds.length),
        ],
      );
      if (embedder === this.configured) await this.queueJobs(embedder, missing, transaction);
    });
  }

  /** For what has no job that is open or was given up. One that another embedder's worker gave up is asked for again. */
  private async queueJobs(
    embedder: string,
    missing: readonly MissingVectors[],
    transaction: PoolClient,
  ): Promise<void> {
    await transaction.query(
      `UPDATE jobs SET state = 'cancelled' FROM missing_vectors
       WHERE jobs.id = job_id AND embedder = $1 AND state = 'parked' AND failure_code = 'not_installed'`,
      [embedder],
    );
    const { rows } = await transaction.query<{ event_id: string }>(
      `SELECT event_id FROM missing_vectors LEFT JOIN jobs ON jobs.id = job_id
       WHERE embedder = $1 AND event_id = ANY ($2)
         AND (state IS NULL OR state NOT IN ('ready', 'running', 'parked'))`,
      [embedder, missing.map(({ eventId }) => eventId)],
    );
    const wanted = new Set(rows.map((row) => row.event_id));
    const jobs = missing
      .filter(({ eventId }) => wanted.has(eventId))
      .map(({ eventId, recordingId, source, correlationId, workspaceId: owner }) => ({
        // Not of the event: the same vectors may be lost a second time.
        ...{ id: randomUUID(), correlationId, causationId: eventId, saga: ASKED_BY, owner },
        job: { type: 'RepairVectors' as const, recordingId, source, embedder, eventId },
      }));
    await this.queue.add(transaction, jobs);
    await transaction.query(
      `UPDATE missing_vectors SET job_id = given.job_id
       FROM unnest($2::uuid[], $3::uuid[]) AS given(event_id, job_id)
       WHERE embedder = $1 AND missing_vectors.event_id = given.event_id`,
      [embedder, jobs.map(({ causationId }) => causationId), jobs.map(({ id }) => id)],
    );
  }

  /** Takes what an event names off the list: its vectors are stored again, or are not wanted any more. */
  async finish(embedder: string, eventId: string): Promise<void> {
    await inTransaction(this.pool, async (transaction) => {
      await transaction.query('DELETE FROM missing_vectors WHERE embedder = $1 AND event_id = $2', [
        embedder,
        eventId,
      ]);
      await transaction.query(`NOTIFY ${VECTORS_CHANNEL}`);
    });
  }

  onRepaired(listener: () => void): () => void {
    return this.listener.subscribe(VECTORS_CHANNEL, listener);
  }

  async figures(embedder: string): Promise<RepairFigures> {
    const own = (await listMissingVectors(this.pool)).find((one) => one.embedder === embedder);
    const { underWay = 0, givenUp = 0, impossible = 0 } = own ?? {};
    return { underWay, givenUp, impossible };
  }
}

/** Of every embedder whose vectors are missing. */
export async function listMissingVectors(pool: Pool): Promise<MissingVectorsFigures[]> {
  const { rows } = await pool.query<{
    embedder: string;
    under_way: string | null;
    given_up: string | null;
    impossible: string | null;
  }>(
    `SELECT embedder,
         sum(vectors) FILTER (WHERE state IN ('ready', 'running', 'done')) AS under_way,
         sum(vectors) FILTER (WHERE job_id IS NOT NULL AND (state IS NULL OR state IN ('parked', 'cancelled')))
           AS given_up,
         sum(vectors) FILTER (WHERE job_id IS NULL) AS impossible
       FROM missing_vectors LEFT JOIN jobs ON jobs.id = job_id GROUP BY embedder ORDER BY embedder`,
  );
  return rows.map((row) => ({
    embedder: row.embedder,
    underWay: Number(row.under_way ?? 0),
    givenUp: Number(row.given_up ?? 0),
    impossible: Number(row.impossible ?? 0),
  }));
}
