import { Logger } from '@nestjs/common';
import { Pool } from 'pg';

export const API_KEY_USE_MIGRATIONS = [
  {
    name: '0013-api-key-uses',
    sql: 'CREATE TABLE api_key_uses (key_id text PRIMARY KEY, last_used_at timestamptz NOT NULL);',
  },
] as const;

/** A key that is used all the time is written down so often at most. */
const WRITE_EVERY_MS = 60_000;
const REMEMBERED = 10_000;

/**
 * When keys were last used. Operational, not recorded as events: a key is used thousands of times a day, and that alone
 * is no fact of the audit.
 */
export class ApiKeyUses {
  private readonly log = new Logger('ApiKeyUses');
  private readonly written = new Map<string, number>();

  constructor(private readonly pool: Pool) {}

  /** Returns at once; a failure is only logged: nobody is kept out because a time could not be written down. */
  note(keyId: string, now = Date.now()): void {
    const last = this.written.get(keyId);
    if (last !== undefined && now - last < WRITE_EVERY_MS) return;
    if (this.written.size >= REMEMBERED) this.written.clear();
    this.written.set(keyId, now);
    this.pool
      .query(
        `INSERT INTO api_key_uses (key_id, last_used_at) VALUES ($1, $2)
         ON CONFLICT (key_id) DO UPDATE SET last_used_at = greatest(api_key_uses.last_used_at, excluded.last_used_at)`,
        [keyId, new Date(now)],
      )
      .catch((error: unknown) => {
        this.written.delete(keyId);
        this.log.warn(`The use of a key cannot be written down: ${String(error)}`);
      });
  }

  /** ISO 8601 by key id, of those that were ever used. Exact to a minute. */
  async lastUsed(keyIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await this.pool.query<{ key_id: string; last_used_at: Date }>(
      'SELECT key_id, last_used_at FROM api_key_uses WHERE key_id = ANY ($1)',
      [keyIds],
    );
    return new Map(rows.map((row) => [row.key_id, row.last_used_at.toISOString()]));
  }
}
