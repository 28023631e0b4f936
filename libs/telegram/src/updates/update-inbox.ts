import { openBlock, sealBlock } from '@voxpersona/event-store';
import { Pool } from 'pg';

export const UPDATES_CHANNEL = 'telegram_updates';

/** What Telegram tells, with whose chat it belongs to. */
export interface IncomingUpdate {
  updateId: number;
  /** Id of the chat as the log has it. */
  chatId: string;
  /** Survives JSON. */
  content: unknown;
}

export interface ReceivedUpdate extends IncomingUpdate {
  /** Times that it was begun before. */
  attempts: number;
}

/**
 * Updates are written down before Telegram is told that they were received: none is lost, and one that comes twice is one.
 * They are sealed while they wait, and their content is deleted once they are dealt with.
 */
export class UpdateInbox {
  constructor(
    private readonly pool: Pool,
    private readonly key: Buffer,
    private readonly botId: number,
  ) {}

  async put(updates: readonly IncomingUpdate[]): Promise<void> {
    if (updates.length === 0) return;
    const sealed = updates.map(({ updateId, content }) =>
      sealBlock(this.key, Buffer.from(JSON.stringify(content), 'utf8'), this.place(updateId)),
    );
    await this.pool.query(
      `WITH added AS (
         INSERT INTO telegram_updates (bot_id, update_id, chat_id, sealed_update)
         SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::bytea[])
         ON CONFLICT DO NOTHING RETURNING 1)
       SELECT pg_notify('${UPDATES_CHANNEL}', '') FROM added LIMIT 1`,
      [this.botId, updates.map(({ updateId }) => updateId), updates.map(({ chatId }) => chatId), sealed],
    );
  }

  /** Chats for which something is to be done now, those that wait longest first. */
  async waitingChats(limit: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ chat_id: string }>(
      `SELECT chat_id FROM (
         SELECT DISTINCT ON (chat_id) chat_id, update_id, run_at FROM telegram_updates
         WHERE bot_id = $1 AND state = 'ready' ORDER BY chat_id, update_id) AS first
       WHERE run_at <= clock_timestamp() ORDER BY update_id LIMIT $2`,
      [this.botId, limit],
    );
    return rows.map((row) => row.chat_id);
  }

  /** The first update of a chat, if its time has come. To be asked for by who holds the chat only. */
  async next(chatId: string): Promise<ReceivedUpdate | undefined> {
    const { rows } = await this.pool.query<{
      update_id: string;
      sealed_update: Buffer;
      attempts: number;
      is_due: boolean;
    }>(
      `SELECT update_id, sealed_update, attempts, run_at <= clock_timestamp() AS is_due FROM telegram_updates
       WHERE bot_id = $1 AND chat_id = $2 AND state = 'ready' ORDER BY update_id LIMIT 1`,
      [this.botId, chatId],
    );
    const [row] = rows;
    if (!row?.is_due) return undefined;
    const updateId = Number(row.update_id);
    const bytes = openBlock(this.key, row.sealed_update, this.place(updateId));
    return { updateId, chatId, content: JSON.parse(bytes.toString('utf8')), attempts: row.attempts };
  }

  /** One that failed keeps its content, sealed, until it is forgotten: somebody may want to know. */
  async finish(updateId: number, state: 'done' | 'failed'): Promise<void> {
    await this.pool.query(
      `UPDATE telegram_updates SET state = $3, sealed_update = CASE WHEN $4 THEN sealed_update END
       WHERE bot_id = $1 AND update_id = $2`,
      [this.botId, updateId, state, state === 'failed'],
    );
  }

  /** @param counted whether it was an attempt of its own, and no disturbance from outside */
  async putBack(updateId: number, delayMs: number, counted: boolean): Promise<void> {
    await this.pool.query(
      `UPDATE telegram_updates
       SET attempts = attempts + $4, run_at = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE bot_id = $1 AND update_id = $2`,
      [this.botId, updateId, delayMs, counted ? 1 : 0],
    );
  }

  /** Telegram gives an update again for a day at most: what is older cannot come twice. */
  async forgetOld(): Promise<void> {
    await this.pool.query(
      `DELETE FROM telegram_updates WHERE state <> 'ready' AND received_at < now() - interval '2 days'`,
    );
  }

  private place(updateId: number): string[] {
    return ['telegram-update', String(this.botId), String(updateId)];
  }
}
