import { throughOutage } from '@voxpersona/platform';
import { Pool } from 'pg';

/**
 * Which answers were sent. What an update leads to is sent under ids derived from it: when the update is dealt with again,
 * nothing is sent twice but what was in flight when the process died.
 */
export class SentLedger {
  constructor(private readonly pool: Pool) {}

  /** Sends unless that was done before. @returns Telegram's number of the message; null where there is none */
  async once(id: string, send: () => Promise<number | null>): Promise<number | null> {
    const { rows } = await this.pool.query<{ message_id: string | null }>(
      'SELECT message_id FROM telegram_sends WHERE id = $1',
      [id],
    );
    const [sent] = rows;
    if (sent) return sent.message_id === null ? null : Number(sent.message_id);
    const messageId = await send();
    await throughOutage(() =>
      this.pool.query('INSERT INTO telegram_sends (id, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        id,
        messageId,
      ]),
    );
    return messageId;
  }

  /** As long as an update can come again, see `UpdateInbox.forgetOld`. */
  async forgetOld(): Promise<void> {
    await this.pool.query(`DELETE FROM telegram_sends WHERE sent_at < now() - interval '3 days'`);
  }
}
