import { Pool, PoolClient } from 'pg';

/** Of ours, so that these locks do not meet others in the same database. */
const SEED = 4_207_331;

/**
 * One process at a time deals with a chat. The locks are those of a session of PostgreSQL: a process that is killed loses
 * them at once.
 */
export class ChatLocks {
  private session: Promise<PoolClient> | undefined;

  constructor(private readonly pool: Pool) {}

  async tryLock(chatId: string): Promise<boolean> {
    const session = await this.open();
    const { rows } = await session.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended($1, ${SEED})) AS locked`,
      [chatId],
    );
    return rows[0]?.locked === true;
  }

  async unlock(chatId: string): Promise<void> {
    const session = await this.open();
    await session.query(`SELECT pg_advisory_unlock(hashtextextended($1, ${SEED}))`, [chatId]);
  }

  /** Ends the session, and every lock with it. */
  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    this.session = undefined;
    session?.release(true);
  }

  private open(): Promise<PoolClient> {
    this.session ??= this.connect();
    return this.session;
  }

  private async connect(): Promise<PoolClient> {
    try {
      const client = await this.pool.connect();
      client.once('error', () => {
        this.session = undefined;
        client.release(true);
      });
      return client;
    } catch (error) {
      this.session = undefined;
      throw error;
    }
  }
}
