import { Position, toPosition } from '@voxpersona/event-store';
import { deriveId } from '@voxpersona/domain';
import { throughOutage } from '@voxpersona/platform';
import { Pool } from 'pg';

export const MESSAGES_CHANNEL = 'telegram_messages';

/**
 * - `status`      how far a file is; about an intake
 * - `card`        what is known of a recording, and what is asked; about a recording
 * - `report`      a report to read in the chat
 * - `report-file` the same as a file
 * - `wish`        no message: who asked here for a report of a recording gets it, wherever the recording came from
 * - `quote`       an answer that shows something of a recording; it is kept only to be removed with it
 */
export type MessageKind = 'status' | 'card' | 'report' | 'report-file' | 'wish' | 'quote';

/** A message that is kept as the log says it should be. */
export interface KeptMessage {
  id: string;
  chatId: string;
  kind: MessageKind;
  subjectId: string;
  recordingId: string;
  /** Telegram's number; null until it was sent, and where the chat has another number since. */
  messageId: number | null;
  /** SHA-256 of what it shows; null: nothing yet. */
  shown: string | null;
  /** Position of the newest event that may have changed it. */
  position: Position;
  failures: number;
}

interface Row {
  id: string;
  chat_id: string;
  kind: MessageKind;
  subject_id: string;
  recording_id: string;
  message_id: string | null;
  shown: string | null;
  position: string;
  failures: number;
}

/** The table of kept messages. */
export class MessageRows {
  constructor(private readonly pool: Pool) {}

  /** Those that may have to change, the first of each chat, those that wait longest first. @param busy chats to leave out */
  async due(limit: number, busy: readonly string[]): Promise<KeptMessage[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT * FROM (
         SELECT DISTINCT ON (chat_id) * FROM telegram_messages
         WHERE due AND run_at <= clock_timestamp() AND chat_id <> ALL ($2) ORDER BY chat_id, run_at, ordinal) AS first
       ORDER BY run_at, ordinal LIMIT $1`,
      [limit, busy],
    );
    return rows.map(toMessage);
  }

  /** Milliseconds until the next one is due; null: none is. */
  async nextDueMs(): Promise<number | null> {
    const { rows } = await this.pool.query<{ wait_ms: string | null }>(
      `SELECT ceil(extract(epoch FROM min(run_at) - clock_timestamp()) * 1000) AS wait_ms
       FROM telegram_messages WHERE due`,
    );
    const waitMs = rows[0]?.wait_ms ?? null;
    return waitMs === null ? null : Math.max(0, Number(waitMs));
  }

  /**
   * It shows what `shown` says. It stays due where an event came meanwhile; where the chat got another number meanwhile, what
   * the message was under the former one is not written.
   *
   * @param pauseMs time in which it is not changed again
   */
  async settle(
    { id, position, messageId: before }: KeptMessage,
    now: { messageId: number | null; shown: string | null },
    pauseMs: number,
  ): Promise<void> {
    // What Telegram was told must not be lost in an outage. The number of now counts as the one of before, because the
    // statement may run twice.
    const isExpected =
      '(message_id IS NOT DISTINCT FROM $6::bigint OR message_id IS NOT DISTINCT FROM $2::bigint)';
    await throughOutage(() =>
      this.pool.query(
        `UPDATE telegram_messages SET
           message_id = CASE WHEN ${isExpected} THEN $2::bigint END,
           shown = CASE WHEN ${isExpected} THEN $3 ELSE shown END,
           due = position <> $4, failures = 0, run_at = clock_timestamp() + $5 * interval '1 millisecond'
         WHERE id = $1`,
        [id, now.messageId, now.shown, position.toString(), pauseMs, before],
      ),
    );
  }

  async putBack({ id }: KeptMessage, delayMs: number, failed: boolean): Promise<void> {
    await this.pool.query(
      `UPDATE telegram_messages SET run_at = clock_timestamp() + $2 * interval '1 millisecond',
         failures = failures + $3 WHERE id = $1`,
      [id, delayMs, failed ? 1 : 0],
    );
  }

  /**
   * Notes that an answer shows something of these recordings. It is looked at at once: one of them may have been erased since
   * it was read.
   */
  async noteQuotes(chatId: string, messageId: number, recordingIds: readonly string[]): Promise<void> {
    const about = [...new Set(recordingIds)];
    if (about.length === 0) return;
    const ids = about.map((recordingId) =>
      deriveId('telegram-message', 'quote', chatId, messageId, recordingId),
    );
    await this.pool.query(
      `INSERT INTO telegram_messages (id, chat_id, kind, subject_id, recording_id, message_id, position)
       SELECT id, $3, 'quote', recording_id, recording_id, $4, 0
       FROM unnest($1::uuid[], $2::uuid[]) AS noted (id, recording_id)
       ON CONFLICT (id) DO UPDATE SET due = true`,
      [ids, about, chatId, messageId],
    );
  }

  /** The next report of this recording is brought to this chat. */
  async noteWish(chatId: string, recordingId: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO telegram_messages (id, chat_id, kind, subject_id, recording_id, due, position)
       VALUES ($1, $2, 'wish', $3, $3, false, 0) ON CONFLICT (id) DO NOTHING`,
      [deriveId('telegram-message', 'wish', chatId, recordingId), chatId, recordingId],
    );
  }

  /** What is noted of an answer is what it shows now: it was changed. */
  async replaceQuotes(chatId: string, messageId: number, recordingIds: readonly string[]): Promise<void> {
    await this.pool.query(
      `DELETE FROM telegram_messages
       WHERE chat_id = $1 AND message_id = $2 AND kind = 'quote' AND recording_id <> ALL ($3::uuid[])`,
      [chatId, messageId, recordingIds],
    );
    await this.noteQuotes(chatId, messageId, recordingIds);
  }

  /** Sent anew, the next time it is looked at. */
  async forgetMessage({ id }: KeptMessage): Promise<void> {
    await this.pool.query(`UPDATE telegram_messages SET message_id = NULL, shown = NULL WHERE id = $1`, [id]);
  }

  /** Which kept message has this number, before what is noted of it as a quote; undefined: none. */
  async find(chatId: string, messageId: number): Promise<KeptMessage | undefined> {
    const { rows } = await this.pool.query<Row>(
      `SELECT * FROM telegram_messages WHERE chat_id = $1 AND message_id = $2 ORDER BY kind = 'quote' LIMIT 1`,
      [chatId, messageId],
    );
    return rows[0] && toMessage(rows[0]);
  }
}

function toMessage(row: Row): KeptMessage {
  return {
    id: row.id,
    chatId: row.chat_id,
    kind: row.kind,
    subjectId: row.subject_id,
    recordingId: row.recording_id,
    messageId: row.message_id === null ? null : Number(row.message_id),
    shown: row.shown,
    position: toPosition(row.position),
    failures: row.failures,
  };
}
