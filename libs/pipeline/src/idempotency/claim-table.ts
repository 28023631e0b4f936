import { isPresentSql } from '@voxpersona/platform';
import { Pool } from 'pg';

/** How long answers are kept, in hours from the request on. */
export const KEPT_HOURS = 24;
/** Older builds take a request for dead when its process has not renewed the claim for this long. */
const RUNNING_SECONDS = 60;

/** Claims of this process that are not over. Claims are numbered as they are made. */
export interface ClaimsInFlight {
  /** Number of the newest claim, over or not. */
  last: number;
  claims: readonly number[];
}

/** A request and its answer, encrypted. */
export interface StoredAnswer {
  fingerprint: string;
  answer: Buffer;
}

/** What the table says of a request: its answer, or else the claim of this process on it, if it has one. */
export interface RequestRow {
  stored: StoredAnswer | undefined;
  ownClaim: number | undefined;
}

/** A claim counts only until an older build has taken the row over. */
const IS_HELD = 'held.answer IS NULL AND held.held_since = held.created_at';

/**
 * The table of requests that carry an Idempotency-Key. A row is claimed by one request at a time, named by its process and
 * a number. Every statement names its claim, so that whatever arrives late changes nothing of a later one.
 */
export class ClaimTable {
  /** @param holder id of this process */
  constructor(
    private readonly pool: Pool,
    private readonly holder: string,
  ) {}

  /**
   * Claims a request that is new, forgotten or free, in one statement: PostgreSQL decides on the row as it is when the
   * row is locked. A request is free when
   * - this process holds it under a claim that is over: it failed, whatever became of its release;
   * - another process holds it that has ended;
   * - a process of an older build holds it and has not renewed it in time.
   *
   * @returns false when it is not free
   */
  async claim(id: string, claim: number, { claims }: ClaimsInFlight): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `INSERT INTO idempotent_requests AS held (id, running_until, holder, claim, held_since)
       VALUES ($1, now() + make_interval(secs => $2), $3, $4, now())
       ON CONFLICT (id) DO UPDATE SET running_until = excluded.running_until, created_at = now(), fingerprint = NULL,
         answer = NULL, holder = excluded.holder, claim = excluded.claim, held_since = now()
       WHERE held.created_at < now() - make_interval(hours => $5)
         OR held.answer IS NULL AND CASE
           WHEN held.holder IS NULL OR held.held_since <> held.created_at THEN held.running_until < now()
           -- One with a higher number began after this statement was sent.
           WHEN held.holder = $3 THEN held.claim < $4 AND held.claim <> ALL ($6::bigint[])
           ELSE NOT ${isPresentSql('held.holder')}
         END`,
      [id, RUNNING_SECONDS, this.holder, claim, KEPT_HOURS, claims],
    );
    return rowCount === 1;
  }

  async read(id: string): Promise<RequestRow | undefined> {
    const { rows } = await this.pool.query<{
      fingerprint: string | null;
      answer: Buffer | null;
      own_claim: string | null;
    }>(
      `SELECT fingerprint, answer, CASE WHEN ${IS_HELD} AND holder = $2 THEN claim END AS own_claim
       FROM idempotent_requests AS held WHERE id = $1`,
      [id, this.holder],
    );
    const [row] = rows;
    if (!row) return undefined;
    const { fingerprint, answer, own_claim } = row;
    return {
      stored: fingerprint !== null && answer !== null ? { fingerprint, answer } : undefined,
      ownClaim: own_claim === null ? undefined : Number(own_claim),
    };
  }

  /** Stores the answer, unless another claim was made or the request has an answer. */
  async store(id: string, claim: number, { fingerprint, answer }: StoredAnswer): Promise<void> {
    await this.pool.query(
      `UPDATE idempotent_requests AS held SET running_until = NULL, fingerprint = $4, answer = $5
       WHERE id = $1 AND holder = $2 AND claim = $3 AND ${IS_HELD}`,
      [id, this.holder, claim, fingerprint, answer],
    );
  }

  /** Gives a claim up, unless another was made or the request has an answer. */
  async free(id: string, claim: number): Promise<void> {
    await this.pool.query(
      `DELETE FROM idempotent_requests AS held WHERE id = $1 AND holder = $2 AND claim = $3 AND ${IS_HELD}`,
      [id, this.holder, claim],
    );
  }

  /** Gives up every claim of this process that is over and still in the table, whatever kept it there. */
  async freeLeftovers({ last, claims }: ClaimsInFlight): Promise<void> {
    await this.pool.query(
      `DELETE FROM idempotent_requests AS held
       WHERE holder = $1 AND claim <= $2 AND claim <> ALL ($3::bigint[]) AND ${IS_HELD}`,
      [this.holder, last, claims],
    );
  }

  /** Tells older builds that these claims are not over. */
  async renew({ claims }: ClaimsInFlight): Promise<void> {
    await this.pool.query(
      `UPDATE idempotent_requests AS held SET running_until = now() + make_interval(secs => $3)
       WHERE holder = $1 AND claim = ANY ($2::bigint[]) AND ${IS_HELD}`,
      [this.holder, claims, RUNNING_SECONDS],
    );
  }

  /** Deletes what is older than the time that answers are kept for. */
  async forget(): Promise<void> {
    await this.pool.query(
      'DELETE FROM idempotent_requests WHERE created_at < now() - make_interval(hours => $1)',
      [KEPT_HOURS],
    );
  }
}
