import { inTransaction } from '@voxpersona/platform';
import { randomUUID } from 'node:crypto';
import { Pool, PoolClient } from 'pg';
import { IS_USABLE, KeyState } from './key-states';

/** What a provider allows each key within any window of this length (milliseconds). */
export interface CallLimits {
  requests: number | undefined;
  tokens: number | undefined;
  windowMs: number;
}

/** A place among the calls of a key. */
export interface Place {
  /** Undefined when nothing was booked, because the place is later and only one for now was wanted. */
  bookingId: string | undefined;
  fingerprint: string;
  state: KeyState;
  /** Milliseconds until the call may be made; 0 for at once. */
  waitMs: number;
}

/**
 * The calls that count against the limits of a provider's keys, shared by all processes through the database and timed
 * by its clock alone.
 *
 * A booking counts from its start until one window after the call has ended. Not one window after its start: the
 * provider counts a request when it arrives, which is some time between the two. A request that was slow on its way
 * arrives late, and one that is sent a window after the slow one's start would share a window of the provider's clock
 * with it. Since no request is on its way for ever, a call counts as arrived at the latest 5 seconds (a twelfth of the
 * window) after its start, however long the answer takes. So even calls that are booked long before the ones in front
 * of them have ended use 12 of 13 parts of the limit.
 *
 * The bookings of a key start in the order in which they were made. So the calls that count at the start of a new one
 * are the most that it will ever meet, and it is enough to look at that moment.
 */
export class CallBookings {
  private readonly travelMs: number;
  private lastTurn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly pool: Pool,
    private readonly provider: string,
    private readonly limits: CallLimits,
  ) {
    this.travelMs = limits.windowMs / 12;
  }

  /**
   * Books a place with the key that is free soonest.
   *
   * @param fingerprints keys to choose from; of equals the earlier one is taken
   * @param onlyNow books nothing unless the call can be made at once; the answer then says how long it would take
   * @returns undefined when none of the keys may be used
   */
  book(
    fingerprints: readonly string[],
    tokens: number,
    onlyNow: boolean,
    signal: AbortSignal,
  ): Promise<Place | undefined> {
    // One after the other within the process too: waiting for the lock then takes one connection, not all of the pool.
    const turn = this.lastTurn.then(() => {
      signal.throwIfAborted();
      return inTransaction(this.pool, async (transaction) => {
        await transaction.query(
          `SELECT pg_advisory_xact_lock(hashtextextended('voxpersona-provider-calls:' || $1, 0))`,
          [this.provider],
        );
        return this.bookAlone(transaction, fingerprints, tokens, onlyNow);
      });
    });
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Looks again at a booking whose time has come.
   *
   * @returns milliseconds that are still to wait (0: go), or undefined when the place is lost and a new one is needed:
   *   the key was revoked or blocked meanwhile, or we come so late that the request could arrive outside of its place
   */
  async check(bookingId: string): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ late_ms: number; usable: boolean }>(
      `SELECT (extract(epoch FROM clock_timestamp() - starts_at) * 1000)::double precision AS late_ms,
         ${IS_USABLE} AS usable
       FROM provider_calls JOIN provider_keys USING (provider, fingerprint) WHERE id = $1`,
      [bookingId],
    );
    const row = rows[0];
    if (!row?.usable || row.late_ms > this.travelMs * 0.75) return undefined;
    return Math.max(0, -row.late_ms);
  }

  /** The call has ended, well or not: it counts for one more window. */
  async end(bookingId: string): Promise<void> {
    await this.pool.query(
      `UPDATE provider_calls SET frees_at =
         least(frees_at, clock_timestamp() + make_interval(secs => $2::double precision / 1000))
       WHERE id = $1`,
      [bookingId, this.limits.windowMs],
    );
  }

  /** The call will not be made. */
  async cancel(bookingId: string): Promise<void> {
    await this.pool.query('DELETE FROM provider_calls WHERE id = $1', [bookingId]);
  }

  private async bookAlone(
    transaction: PoolClient,
    fingerprints: readonly string[],
    tokens: number,
    onlyNow: boolean,
  ): Promise<Place | undefined> {
    const { requests, tokens: tokenLimit, windowMs } = this.limits;
    // A call that is larger than the limit waits for an empty window; then the provider may say what it thinks of it.
    const counted = tokenLimit === undefined ? tokens : Math.min(tokens, tokenLimit);
    const bookingId = randomUUID();
    const { rows } = await transaction.query<{
      fingerprint: string;
      state: KeyState;
      wait_ms: number;
      is_booked: boolean;
    }>(BOOK, [
      this.provider,
      fingerprints,
      requests ?? null,
      tokenLimit === undefined ? null : tokenLimit - counted,
      bookingId,
      this.travelMs + windowMs,
      Math.ceil(counted),
      onlyNow,
    ]);
    const row = rows[0];
    return (
      row && {
        bookingId: row.is_booked ? bookingId : undefined,
        fingerprint: row.fingerprint,
        state: row.state,
        waitMs: row.wait_ms,
      }
    );
  }
}

/**
 * $1 provider, $2 fingerprints, $3 requests within a window, $4 tokens within a window besides those of this call,
 * $5 id, $6 milliseconds that the booking counts, $7 tokens of this call, $8 only if it is now.
 *
 * Counted from the booking that ends last, the $3rd one must have ended; and so must the one that makes the tokens of
 * those that end after it, with its own, too many. (greatest() leaves out what is null.)
 */
const BOOK = `
  WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS instant),
  gone AS (DELETE FROM provider_calls USING clock WHERE provider = $1 AND frees_at <= instant),
  usable AS (
    SELECT fingerprint, state, position
    FROM unnest($2::text[]) WITH ORDINALITY AS given (fingerprint, position)
    JOIN provider_keys USING (fingerprint)
    WHERE provider = $1 AND ${IS_USABLE}),
  booked AS (
    SELECT fingerprint, starts_at, frees_at,
      row_number() OVER latest_first AS place, sum(tokens) OVER latest_first AS tokens
    FROM provider_calls, clock WHERE provider = $1 AND frees_at > instant
    WINDOW latest_first AS (PARTITION BY fingerprint ORDER BY frees_at DESC, id)),
  chosen AS (
    SELECT fingerprint, state, instant,
      greatest(instant, max(booked.starts_at), max(frees_at) FILTER (WHERE place >= $3::bigint),
        max(frees_at) FILTER (WHERE tokens > $4::bigint)) AS start
    FROM clock CROSS JOIN usable LEFT JOIN booked USING (fingerprint)
    GROUP BY fingerprint, state, instant, position
    ORDER BY start, count(place), position LIMIT 1),
  made AS (
    INSERT INTO provider_calls (id, provider, fingerprint, starts_at, frees_at, tokens)
    SELECT $5::uuid, $1, fingerprint, start,
      start + make_interval(secs => $6::double precision / 1000), $7::bigint
    FROM chosen WHERE start <= instant OR NOT $8::boolean RETURNING id)
  SELECT fingerprint, state, (extract(epoch FROM start - instant) * 1000)::double precision AS wait_ms,
    EXISTS (SELECT FROM made) AS is_booked
  FROM chosen`;
