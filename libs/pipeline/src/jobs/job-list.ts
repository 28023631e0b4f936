import { Pool } from 'pg';
import { Job, JobState, Lane } from './job';

/** A job as a workspace sees it. Times are ISO 8601, UTC. */
export interface JobDetails {
  id: string;
  job: Job;
  lane: Lane;
  state: JobState;
  attempts: number;
  interruptions: number;
  correlationId: string;
  causationId: string;
  failureCode: string | null;
  failureProvider: string | null;
  failureRequestId: string | null;
  createdAt: string;
  /** Not before; a retry waits. */
  runAt: string;
  finishedAt: string | null;
}

export interface JobFilter {
  owner: string;
  states: readonly JobState[];
  lane?: Lane | undefined;
  recordingId?: string | undefined;
}

const COLUMNS = `id, job, lane, state, attempts, interruptions, correlation_id AS "correlationId",
  causation_id AS "causationId", failure_code AS "failureCode", failure_provider AS "failureProvider",
  failure_request_id AS "failureRequestId", created_at AS "createdAt", run_at AS "runAt", finished_at AS "finishedAt"`;

type Row = Omit<JobDetails, 'createdAt' | 'runAt' | 'finishedAt'> & {
  createdAt: Date;
  runAt: Date;
  finishedAt: Date | null;
};

/** The queue as a workspace may look at it: its own jobs only. */
export class JobList {
  constructor(private readonly pool: Pool) {}

  /**
   * A page, newest first.
   *
   * @param before number (digits) that a page before gave as `next`; null: from the newest
   */
  async page(
    { owner, states, lane, recordingId }: JobFilter,
    limit: number,
    before: string | null,
  ): Promise<{ jobs: JobDetails[]; next: string | null }> {
    const { rows } = await this.pool.query<Row & { number: string }>(
      `SELECT number, ${COLUMNS} FROM jobs
       WHERE owner = $1 AND state = ANY ($2) AND ($3::text IS NULL OR lane = $3)
         AND ($4::uuid IS NULL OR recording_id = $4) AND ($5::bigint IS NULL OR number < $5)
       ORDER BY number DESC LIMIT $6`,
      [owner, states, lane ?? null, recordingId ?? null, before, limit + 1],
    );
    const page = rows.slice(0, limit);
    return { jobs: page.map(toDetails), next: rows.length > limit ? (page.at(-1)?.number ?? null) : null };
  }

  /** The jobs that these events led to, in the order in which they were asked for. */
  async causedBy(eventIds: readonly string[]): Promise<JobDetails[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT ${COLUMNS} FROM jobs WHERE causation_id = ANY ($1) ORDER BY number`,
      [eventIds],
    );
    return rows.map(toDetails);
  }

  /** One job; undefined when there is none, or when it is another's. */
  async find(owner: string, id: string): Promise<JobDetails | undefined> {
    const { rows } = await this.pool.query<Row>(`SELECT ${COLUMNS} FROM jobs WHERE id = $1 AND owner = $2`, [
      id,
      owner,
    ]);
    return rows[0] && toDetails(rows[0]);
  }
}

function toDetails({ createdAt, runAt, finishedAt, ...row }: Row): JobDetails {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    runAt: runAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
