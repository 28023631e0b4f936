import { openBlock, sealBlock } from '@voxpersona/event-store';
import { createHash } from 'node:crypto';
import { Pool } from 'pg';

export const IDEMPOTENCY_MIGRATIONS = [
  {
    name: '0014-idempotent-requests',
    sql: `
      CREATE TABLE idempotent_requests (
        -- Hash of whose key it is, and of the key: what clients call their requests is theirs.
        id text PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- While the request is under way; NULL once it is answered.
        running_until timestamptz,
        -- Of the route and the body.
        fingerprint text,
        -- Sealed: an answer may hold a new API key.
        answer bytea
      );
      CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);`,
  },
] as const;

export const KEPT_HOURS = 24;
/** A request that does not say that it is still under way for so long died with its process. */
const RUNNING_SECONDS = 60;
const RENEW_MS = 20_000;
const CLEAN_EVERY_MS = 10 * 60_000;

export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The first request under its key: it must be finished or released. */
export interface Claim {
  finish(fingerprint: string, answer: KeptAnswer): Promise<void>;
  /** It came to nothing: the next request under this key is the first again. */
  release(): Promise<void>;
}

export type Begun =
  | { kind: 'first'; claim: Claim }
  | { kind: 'under_way' }
  | { kind: 'answered'; fingerprint: string; answer: KeptAnswer };

/** Remembers answers under the names that clients give their requests, so that sending again does nothing twice. */
export class IdempotentRequests {
  private cleanedAt = 0;

  /** @param sealingKey 32 bytes */
  constructor(
    private readonly pool: Pool,
    private readonly sealingKey: Buffer,
  ) {}

  /** @param scope whose request it is: keys of different callers never meet */
  async begin(scope: string, key: string): Promise<Begun> {
    await this.clean();
    const id = createHash('sha256')
      .update(JSON.stringify([scope, key]))
      .digest('hex');
    const { rowCount } = await this.pool.query(
      `INSERT INTO idempotent_requests (id, running_until) VALUES ($1, now() + make_interval(secs => $2))
       ON CONFLICT (id) DO UPDATE SET running_until = excluded.running_until, created_at = now(), fingerprint = NULL,
         answer = NULL
       WHERE idempotent_requests.running_until < now()
         OR idempotent_requests.created_at < now() - make_interval(hours => $3)`,
      [id, RUNNING_SECONDS, KEPT_HOURS],
    );
    if (rowCount === 1) return { kind: 'first', claim: this.claim(id) };
    const { rows } = await this.pool.query<{ fingerprint: string | null; answer: Buffer | null }>(
      'SELECT fingerprint, answer FROM idempotent_requests WHERE id = $1',
      [id],
    );
    const row = rows[0];
    // Released in between: the next try will be the first.
    if (!row?.answer || row.fingerprint === null) return { kind: 'under_way' };
    const opened = openBlock(this.sealingKey, row.answer, [id]);
    return {
      kind: 'answered',
      fingerprint: row.fingerprint,
      answer: JSON.parse(opened.toString('utf8')) as KeptAnswer,
    };
  }

  private claim(id: string): Claim {
    const timer = setInterval(() => void this.renew(id).catch(() => undefined), RENEW_MS);
    timer.unref();
    return {
      finish: async (fingerprint, answer) => {
        clearInterval(timer);
        const sealed = sealBlock(this.sealingKey, Buffer.from(JSON.stringify(answer), 'utf8'), [id]);
        await this.pool.query(
          'UPDATE idempotent_requests SET running_until = NULL, fingerprint = $2, answer = $3 WHERE id = $1',
          [id, fingerprint, sealed],
        );
      },
      release: async () => {
        clearInterval(timer);
        await this.pool.query('DELETE FROM idempotent_requests WHERE id = $1 AND answer IS NULL', [id]);
      },
    };
  }

  private async renew(id: string): Promise<void> {
    await this.pool.query(
      `UPDATE idempotent_requests SET running_until = now() + make_interval(secs => $2)
       WHERE id = $1 AND answer IS NULL`,
      [id, RUNNING_SECONDS],
    );
  }

  private async clean(): Promise<void> {
    if (Date.now() - this.cleanedAt < CLEAN_EVERY_MS) return;
    this.cleanedAt = Date.now();
    await this.pool.query(
      'DELETE FROM idempotent_requests WHERE created_at < now() - make_interval(hours => $1)',
      [KEPT_HOURS],
    );
  }
}
