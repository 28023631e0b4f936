import { Pool } from 'pg';
import { ProviderFailure } from '../provider-failure';

/**
 * - `active`     may be used
 * - `revoked`    the provider refuses it; stays so until an operator restores it
 * - `exhausted`  its account has no credit; tried again after one hour
 */
export type KeyState = 'active' | 'revoked' | 'exhausted';

export interface KeyPoolLog {
  log(message: string): void;
  warn(message: string): void;
}

/** A key as it is known outside the memory of the process that was given it. */
export interface KnownKey {
  fingerprint: string;
  hint: string;
}

/** SQL condition on a row of provider_keys: its state lets it be called. */
const STATE_ALLOWS = `(state = 'active' OR state = 'exhausted' AND state_since <= clock_timestamp() - interval '1 hour')`;

/** SQL condition on a row of provider_keys: it may be called at this moment. */
export const IS_USABLE = `${STATE_ALLOWS} AND coalesce(blocked_until <= clock_timestamp(), true)`;

const DEFAULT_BLOCK_MS = 1_000;
const LONGEST_BLOCK_MS = 600_000;

/** What all processes know about the keys of one provider. Every method rejects with the database's own errors. */
export class KeyStates {
  constructor(
    private readonly pool: Pool,
    private readonly provider: string,
    private readonly log: KeyPoolLog,
  ) {}

  /** Notes keys that were not known; what is known of the others stays. */
  async register(keys: readonly KnownKey[]): Promise<void> {
    await this.pool.query(
      `INSERT INTO provider_keys (provider, fingerprint, hint)
       SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      [this.provider, keys.map(({ fingerprint }) => fingerprint), keys.map(({ hint }) => hint)],
    );
  }

  /** The first of these keys that may be used now; undefined when there is none. */
  async firstUsable(
    fingerprints: readonly string[],
  ): Promise<{ fingerprint: string; state: KeyState } | undefined> {
    const { rows } = await this.pool.query<{ fingerprint: string; state: KeyState }>(
      `SELECT fingerprint, state
       FROM unnest($2::text[]) WITH ORDINALITY AS given (fingerprint, position)
       JOIN provider_keys USING (fingerprint)
       WHERE provider = $1 AND ${IS_USABLE} ORDER BY position LIMIT 1`,
      [this.provider, fingerprints],
    );
    return rows[0];
  }

  /** How long (in milliseconds) each key is still blocked whose state lets it be used; and the states of the others. */
  async outlook(fingerprints: readonly string[]): Promise<{ blockedMs: number[]; refused: KeyState[] }> {
    const { rows } = await this.pool.query<{ state: KeyState; allowed: boolean; blocked_ms: number | null }>(
      `SELECT state, ${STATE_ALLOWS} AS allowed,
         (extract(epoch FROM blocked_until - clock_timestamp()) * 1000)::double precision AS blocked_ms
       FROM provider_keys WHERE provider = $1 AND fingerprint = ANY ($2)`,
      [this.provider, fingerprints],
    );
    return {
      blockedMs: rows.filter((row) => row.allowed).map((row) => Math.max(0, Math.ceil(row.blocked_ms ?? 0))),
      refused: rows.filter((row) => !row.allowed).map((row) => row.state),
    };
  }

  /** Draws the consequence of a failure for the key. True when there is one: another key may do better. */
  async note(key: KnownKey, failure: ProviderFailure): Promise<boolean> {
    switch (failure.code) {
      case 'unauthorised':
        await this.refuse(key, 'revoked', failure);
        return true;
      case 'quota_exhausted':
        await this.refuse(key, 'exhausted', failure);
        return true;
      case 'rate_limited':
        await this.block(failure.scope === 'provider' ? null : key.fingerprint, failure);
        return true;
      default:
        return false;
    }
  }

  /** A key that was taken for exhausted gave an answer. */
  async worksAgain({ fingerprint, hint }: KnownKey): Promise<void> {
    const { rowCount } = await this.pool.query(
      `UPDATE provider_keys SET state = 'active', state_since = clock_timestamp()
       WHERE provider = $1 AND fingerprint = $2 AND state = 'exhausted'`,
      [this.provider, fingerprint],
    );
    if (rowCount === 1) this.log.log(`Key ${hint} of ${this.provider} has credit again`);
  }

  private async refuse(
    { fingerprint, hint }: KnownKey,
    state: 'revoked' | 'exhausted',
    { code }: ProviderFailure,
  ): Promise<void> {
    // Several calls may fail with the same key at once: the first changes its state, and so it is logged once. A key
    // that is tried after its hour and is still without credit begins a new hour.
    const { rowCount } = await this.pool.query(
      `UPDATE provider_keys SET state = $3, state_since = clock_timestamp(), last_failure_code = $4
       WHERE provider = $1 AND fingerprint = $2 AND state <> 'revoked'
         AND (state <> $3 OR state_since <= clock_timestamp() - interval '1 hour')`,
      [this.provider, fingerprint, state, code],
    );
    if (rowCount === 1) this.log.warn(`Key ${hint} of ${this.provider} is ${state} (${code})`);
  }

  private async block(fingerprint: string | null, failure: ProviderFailure): Promise<void> {
    const blockMs = Math.min(failure.retryAfterMs ?? DEFAULT_BLOCK_MS, LONGEST_BLOCK_MS);
    const { rows } = await this.pool.query<{ hint: string; was_blocked: boolean }>(
      `WITH before AS (
         SELECT fingerprint, hint, blocked_until FROM provider_keys
         WHERE provider = $1 AND ($2::text IS NULL OR fingerprint = $2) ORDER BY fingerprint FOR UPDATE)
       UPDATE provider_keys AS key SET last_failure_code = $4,
         blocked_until = greatest(key.blocked_until,
           clock_timestamp() + make_interval(secs => $3::double precision / 1000))
       FROM before WHERE key.provider = $1 AND key.fingerprint = before.fingerprint
       RETURNING before.hint, coalesce(before.blocked_until > clock_timestamp(), false) AS was_blocked`,
      [this.provider, fingerprint, blockMs, failure.code],
    );
    for (const { hint, was_blocked: wasBlocked } of rows) {
      if (!wasBlocked)
        this.log.warn(`Key ${hint} of ${this.provider} is blocked for ${blockMs} ms (${failure.code})`);
    }
  }
}
