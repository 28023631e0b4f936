import { Pool } from 'pg';
import { fingerprintOf } from './key-identity';
import { KeyState } from './key-states';

/** A key that some process was given once. */
export interface ProviderKeyRecord {
  provider: string;
  /** 12 hex digits; what `restoreProviderKey` takes. */
  fingerprint: string;
  hint: string;
  state: KeyState;
  stateSince: Date;
  /** Null when it is not blocked now. */
  blockedUntil: Date | null;
  lastFailureCode: string | null;
  /** False for a key that is no longer configured: it is history, and not available. */
  configured: boolean;
}

/**
 * All keys that were ever used, for an operator.
 *
 * @param configured the keys of the present configuration, by provider
 */
export async function listProviderKeys(
  pool: Pool,
  configured: Readonly<Record<string, readonly string[]>>,
): Promise<ProviderKeyRecord[]> {
  const present = new Set(
    Object.entries(configured).flatMap(([provider, keys]) =>
      keys.map((key) => `${provider} ${fingerprintOf(provider, key)}`),
    ),
  );
  const { rows } = await pool.query<Omit<ProviderKeyRecord, 'configured'>>(
    `SELECT provider, fingerprint, hint, state, state_since AS "stateSince", last_failure_code AS "lastFailureCode",
       CASE WHEN blocked_until > clock_timestamp() THEN blocked_until END AS "blockedUntil"
     FROM provider_keys ORDER BY provider, fingerprint`,
  );
  return rows.map((row) => ({ ...row, configured: present.has(`${row.provider} ${row.fingerprint}`) }));
}

/**
 * Lets a key be used again that was revoked, exhausted or blocked; every process sees it with its next call.
 *
 * @returns false when there is no such key
 */
export async function restoreProviderKey(
  pool: Pool,
  provider: string,
  fingerprint: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE provider_keys SET state = 'active', state_since = clock_timestamp(), blocked_until = NULL
     WHERE provider = $1 AND fingerprint = $2`,
    [provider, fingerprint],
  );
  return rowCount === 1;
}
