import { Pool } from 'pg';
import { UPDATES_CHANNEL } from './update-inbox';

/** An update that was given up. What it says stays sealed. */
export interface FailedUpdate {
  botId: number;
  updateId: number;
  /** Id of the chat as the log has it. */
  chatId: string;
  receivedAt: Date;
}

/** Updates that were given up by a fault of ours: kept for two days, so that they can be dealt with once that is mended. */
export class FailedUpdates {
  constructor(private readonly pool: Pool) {}

  /** The oldest first. */
  async list(): Promise<FailedUpdate[]> {
    const { rows } = await this.pool.query<{
      bot_id: string;
      update_id: string;
      chat_id: string;
      received_at: Date;
    }>(
      `SELECT bot_id, update_id, chat_id, received_at FROM telegram_updates
       WHERE state = 'failed' ORDER BY bot_id, update_id`,
    );
    return rows.map((row) => ({
      botId: Number(row.bot_id),
      updateId: Number(row.update_id),
      chatId: row.chat_id,
      receivedAt: row.received_at,
    }));
  }

  /**
   * Has one dealt with again, before what waits in its chat. What it led to already is neither done nor said twice.
   *
   * @returns false: no such update was given up
   */
  async repeat(updateId: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `WITH repeated AS (
         UPDATE telegram_updates SET state = 'ready', attempts = 0, run_at = clock_timestamp()
         WHERE update_id = $1 AND state = 'failed' RETURNING 1)
       SELECT pg_notify('${UPDATES_CHANNEL}', '') FROM repeated`,
      [updateId],
    );
    return (rowCount ?? 0) > 0;
  }
}
