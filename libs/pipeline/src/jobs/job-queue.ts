import { Pool, PoolClient } from 'pg';
import { Job, JobRecord, JobState, Lane, laneOf } from './job';

/** Channel on which the database says that there is work. */
export const JOBS_CHANNEL = 'voxpersona_jobs';

/** Channel on which the database says that jobs were taken back from whoever runs them. */
export const JOBS_CALLED_OFF_CHANNEL = 'voxpersona_jobs_called_off';

/** A lease that is not renewed for so long belongs to a dead worker. */
export const LEASE_SECONDS = 15;

export interface QueuedJob {
  id: string;
  job: Job;
  correlationId: string;
  causationId: string;
  saga: string;
  /** Id of the workspace on whose behalf; null where an old event does not say. */
  owner: string | null;
}

/** Why a run failed, as far as it may be kept: a code, never the provider's words. */
export interface JobFailure {
  code: string;
  provider: string | null;
  requestId: string | null;
}

interface JobRow {
  id: string;
  job: Job;
  lane: Lane;
  state: JobState;
  attempts: number;
  forgiven_attempts: number;
  interruptions: number;
  correlation_id: string;
  causation_id: string;
  saga: string;
  owner: string | null;
  failure_code: string | null;
  failure_provider: string | null;
  failure_request_id: string | null;
}

/** When the next job of a lane is due. */
interface Waiting {
  lane: Lane;
  ms: number;
}

const COLUMNS = `id, job, lane, state, attempts, forgiven_attempts, interruptions, correlation_id, causation_id, saga,
  owner, failure_code, failure_provider, failure_request_id`;

/**
 * The durable job queue, in PostgreSQL whichever store holds the log. Every method is one statement: the row's state
 * and lease are checked where they are changed, so a worker that lost its lease changes nothing.
 */
export class JobQueue {
  constructor(private readonly pool: Pool) {}

  /** Adds jobs in the caller's transaction; a job whose id is known is left as it is. */
  async add(transaction: PoolClient, jobs: readonly QueuedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const column = <T>(valueOf: (queued: QueuedJob) => T): T[] => jobs.map(valueOf);
    await transaction.query({
      name: 'add-jobs',
      text: `
        WITH added AS (
          INSERT INTO jobs (id, lane, job, recording_id, saga, correlation_id, causation_id, owner)
          SELECT * FROM unnest($1::uuid[], $2::text[], $3::json[], $4::uuid[], $5::text[], $6::text[], $7::text[],
            $8::uuid[])
          ON CONFLICT (id) DO NOTHING RETURNING 1)
        SELECT pg_notify('${JOBS_CHANNEL}', '') FROM (SELECT count(*) FROM added) AS counted`,
      values: [
        column(({ id }) => id),
        column(({ job }) => laneOf(job)),
        column(({ job }) => JSON.stringify(job)),
        column(({ job }) => job.recordingId),
        column(({ saga }) => saga),
        column(({ correlationId }) => correlationId),
        column(({ causationId }) => causationId),
        column(({ owner }) => owner),
      ],
    });
  }

  /** Cancels what is still open for a recording; a worker in the middle of it loses its lease. */
  async callOff(
    transaction: PoolClient,
    recordingId: string,
    states: 'parked' | 'underWay' | 'unfinished',
  ): Promise<void> {
    await transaction.query(
      `UPDATE jobs SET state = 'cancelled', leased_by = NULL, finished_at = now()
       WHERE recording_id = $1 AND state = ANY ($2) AND ($3 OR lane NOT IN ('indexing', 'reembedding', 'vector-repair', 'listening-copy'))
         AND lane <> 'reprocessing'`,
      [recordingId, states === 'parked' ? ['parked'] : ['ready', 'running', 'parked'], states !== 'underWay'],
    );
    if (states !== 'parked') await transaction.query(`NOTIFY ${JOBS_CALLED_OFF_CHANNEL}`);
  }

  /** Cancels what is still open of the writing of one report. */
  async callOffReport(transaction: PoolClient, recordingId: string, reportId: string): Promise<void> {
    await transaction.query(
      `UPDATE jobs SET state = 'cancelled', leased_by = NULL, finished_at = now()
       WHERE recording_id = $1 AND lane = 'language-model' AND job ->> 'reportId' = $2
         AND state IN ('ready', 'running', 'parked')`,
      [recordingId, reportId],
    );
    await transaction.query(`NOTIFY ${JOBS_CALLED_OFF_CHANNEL}`);
  }

  /**
   * Takes jobs that are due, or whose worker died, in the order in which they were queued: of each lane at most so many.
   *
   * @param except jobs that this worker is running: after an outage of the database their leases may have run out
   * @returns the jobs, and in how many milliseconds the next job of a lane is due or a lease runs out: of lanes that
   *          gave fewer jobs than they could
   */
  async claim(
    worker: string,
    places: ReadonlyMap<Lane, number>,
    except: readonly string[] = [],
  ): Promise<{ records: JobRecord[]; nextDueMs: number | null }> {
    const { rows } = await this.pool.query<{ jobs: JobRow[] | null; waiting: Waiting[] | null }>({
      name: 'claim-jobs',
      text: `
        WITH due AS (
          SELECT picked.id FROM unnest($2::text[], $3::integer[]) AS wanted(lane, places)
          CROSS JOIN LATERAL (
            SELECT id FROM jobs
            WHERE lane = wanted.lane AND NOT id = ANY ($5)
              AND (state = 'ready' AND run_at <= now() OR state = 'running' AND leased_until < now())
            ORDER BY run_at, number LIMIT wanted.places FOR UPDATE SKIP LOCKED) AS picked),
        claimed AS (
          UPDATE jobs SET
            interruptions = interruptions + CASE state WHEN 'running' THEN 1 ELSE 0 END,
            state = 'running', leased_by = $1, leased_until = now() + make_interval(secs => $4)
          WHERE id IN (SELECT id FROM due) RETURNING ${COLUMNS}, run_at, number),
        waiting AS (
          SELECT lane, least(
            (SELECT run_at FROM jobs
             WHERE jobs.lane = lanes.lane AND state = 'ready' AND NOT id = ANY ($5) AND id NOT IN (SELECT id FROM due)
             ORDER BY run_at, number LIMIT 1),
            (SELECT min(leased_until) FROM jobs
             WHERE jobs.lane = lanes.lane AND state = 'running' AND NOT id = ANY ($5)
               AND id NOT IN (SELECT id FROM due))) AS at
          FROM unnest($2::text[]) AS lanes(lane))
        SELECT (SELECT json_agg(claimed ORDER BY run_at, number) FROM claimed) AS jobs,
          (SELECT json_agg(json_build_object('lane', lane,
             'ms', greatest(0, extract(epoch FROM at - now()) * 1000))) FROM waiting WHERE at IS NOT NULL) AS waiting`,
      values: [worker, [...places.keys()], [...places.values()], LEASE_SECONDS, except],
    });
    const records = (rows[0]?.jobs ?? []).map(toRecord);
    const taken = (lane: Lane): number => records.filter((record) => record.lane === lane).length;
    const next = (rows[0]?.waiting ?? [])
      .filter(({ lane }) => taken(lane) < (places.get(lane) ?? 0))
      .map(({ ms }) => ms);
    return { records, nextDueMs: next.length === 0 ? null : Math.min(...next) };
  }

  /** Renews the leases of a worker; gives the ids that it still holds. */
  async renew(worker: string, ids: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ id: string }>(
      `UPDATE jobs SET leased_until = now() + make_interval(secs => $3)
       WHERE id = ANY ($2) AND leased_by = $1 AND state = 'running' RETURNING id`,
      [worker, ids, LEASE_SECONDS],
    );
    return new Set(rows.map((row) => row.id));
  }

  async finish(worker: string, id: string, state: 'done' | 'cancelled'): Promise<void> {
    await this.pool.query(
      `UPDATE jobs SET state = $3, leased_by = NULL, leased_until = NULL, finished_at = now(), finished_by = $1
       WHERE id = $2 AND leased_by = $1 AND state = 'running'`,
      [worker, id, state],
    );
  }

  /** Puts a job back for a later run. `counted`: whether this run counts as a failed attempt. */
  async putBack(
    worker: string,
    id: string,
    delayMs: number,
    failure: (JobFailure & { counted: boolean }) | null,
  ): Promise<void> {
    await this.pool.query(
      `UPDATE jobs SET state = 'ready', leased_by = NULL, leased_until = NULL,
         run_at = now() + make_interval(secs => $3::double precision / 1000),
         attempts = attempts + $4, failure_code = coalesce($5, failure_code),
         failure_provider = coalesce($6, failure_provider), failure_request_id = coalesce($7, failure_request_id)
       WHERE id = $2 AND leased_by = $1 AND state = 'running'`,
      [
        worker,
        id,
        delayMs,
        failure?.counted ? 1 : 0,
        failure?.code ?? null,
        failure?.provider ?? null,
        failure?.requestId ?? null,
      ],
    );
  }

  /** Gives up on a job. Its failure must be in the log already. */
  async park(worker: string, id: string, failure: JobFailure): Promise<void> {
    await this.pool.query(
      `UPDATE jobs SET state = 'parked', leased_by = NULL, leased_until = NULL, attempts = attempts + 1,
         failure_code = $3, failure_provider = $4, failure_request_id = $5, finished_at = now()
       WHERE id = $2 AND leased_by = $1 AND state = 'running'`,
      [worker, id, failure.code, failure.provider, failure.requestId],
    );
  }

  /**
   * Frees every lease at once. Only for a process that knows that no other worker lives: the embedded server, which
   * holds its instance alone.
   */
  async freeAllLeases(): Promise<number> {
    const { rowCount } = await this.pool.query(
      `UPDATE jobs SET state = 'ready', leased_by = NULL, leased_until = NULL, interruptions = interruptions + 1
       WHERE state = 'running'`,
    );
    return rowCount ?? 0;
  }

  async count(state: JobState): Promise<number> {
    const { rows } = await this.pool.query<{ jobs: string }>(
      'SELECT count(*) AS jobs FROM jobs WHERE state = $1',
      [state],
    );
    return Number(rows[0]?.jobs ?? 0);
  }

  /** Jobs of re-embedding that are not done: waiting or running, and parked. */
  async countReembedding(embedder: string): Promise<{ open: number; parked: number }> {
    const { rows } = await this.pool.query<{ open: string; parked: string }>(
      `SELECT count(*) FILTER (WHERE state <> 'parked') AS open, count(*) FILTER (WHERE state = 'parked') AS parked
       FROM jobs WHERE lane = 'reembedding' AND state IN ('ready', 'running', 'parked') AND job ->> 'embedder' = $1`,
      [embedder],
    );
    return { open: Number(rows[0]?.open ?? 0), parked: Number(rows[0]?.parked ?? 0) };
  }

  /** Jobs by state, newest first. */
  async list(states: readonly JobState[], limit: number): Promise<JobRecord[]> {
    const { rows } = await this.pool.query<JobRow>(
      `SELECT ${COLUMNS} FROM jobs WHERE state = ANY ($1) ORDER BY number DESC LIMIT $2`,
      [states, limit],
    );
    return rows.map(toRecord);
  }

  /** Lets a parked job run again, with a new count of attempts. False when it is not parked. */
  async retryParked(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE jobs SET state = 'ready', run_at = now(), finished_at = NULL, forgiven_attempts = attempts
       WHERE id = $1 AND state = 'parked'`,
      [id],
    );
    if (rowCount === 1) await this.pool.query(`NOTIFY ${JOBS_CHANNEL}`);
    return rowCount === 1;
  }

  /** Takes a parked job off the list for good. False when it is not parked. */
  async cancelParked(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE jobs SET state = 'cancelled' WHERE id = $1 AND state = 'parked'`,
      [id],
    );
    return rowCount === 1;
  }
}

function toRecord(row: JobRow): JobRecord {
  return {
    id: row.id,
    job: row.job,
    lane: row.lane,
    state: row.state,
    attempts: row.attempts,
    forgivenAttempts: row.forgiven_attempts,
    interruptions: row.interruptions,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    saga: row.saga,
    owner: row.owner,
    failureCode: row.failure_code,
    failureProvider: row.failure_provider,
    failureRequestId: row.failure_request_id,
  };
}
