import { inTransaction } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { SendFailure } from './send-failure';

/** A chat as the gate knows it. */
export interface GatedChat {
  chatId: string;
  isGroup: boolean;
}

/** Leave to send one message. */
export interface Slot {
  id: string;
}

/**
 * What Telegram allows, a little less of it: requests arrive later than they were let through, and closer together.
 * https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 */
const LIMITS = { perSecond: 27, chatPauseMs: 1_060, groupPerMinute: 19, secondMs: 1_060, minuteMs: 61_000 };
/** Longest time that a call is waited for whose end nobody told of, because its process died. */
const UNDER_WAY_MS = 3_000;
const LOOK_MS = 300;
const NOBODY = '00000000-0000-0000-0000-000000000000';
const LOCK = 7_730_112;
/** Longer pauses are not waited for: who asked is to try again later. */
const MAX_WAIT_MS = 20_000;
/** What all other chats wait when one was told to. */
const BREATH_MS = 500;

/** Lets through what Telegram's limits allow, of all processes together; the others wait. */
export class SendGate {
  private readonly closing = new AbortController();

  constructor(
    private readonly pool: Pool,
    private readonly botId: number,
  ) {}

  /**
   * Waits until something may be sent to a chat, and counts it as sent.
   *
   * @throws SendFailure `rate-limited` where that would take long, or the gate was closed: to be tried again later
   */
  async pass(chat: GatedChat): Promise<Slot> {
    const { signal } = this.closing;
    for (;;) {
      const { slot, waitMs } = await this.tryToPass(chat);
      if (slot) return slot;
      if (waitMs > MAX_WAIT_MS) throw new SendFailure('rate-limited', 'Telegram asked for a pause', waitMs);
      // What is under way may be done sooner than it was given.
      await sleep(Math.min(Math.max(waitMs, 5), LOOK_MS), undefined, { signal }).catch(() => {
        throw new SendFailure('rate-limited', 'this process ends', 0);
      });
    }
  }

  /** Nobody waits any longer. */
  close(): void {
    this.closing.abort();
  }

  /** It arrived, or never will: the next one may follow it a second later. Without this word it is waited for a while. */
  async arrived({ id }: Slot): Promise<void> {
    await this.pool.query('UPDATE telegram_slots SET at = clock_timestamp() WHERE id = $1', [id]);
  }

  /** Either a slot, and it is to be used now; or the milliseconds to wait. */
  async tryToPass({ chatId, isGroup }: GatedChat): Promise<{ slot?: Slot; waitMs: number }> {
    return inTransaction(this.pool, async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, hashint8($2))', [LOCK, this.botId]);
      const { rows } = await transaction.query<{ wait_ms: string }>(
        `SELECT greatest(0, ceil(extract(epoch FROM greatest(
           (SELECT max(at) FROM telegram_slots WHERE bot_id = $1 AND chat_id = $2)
             + interval '${LIMITS.chatPauseMs} milliseconds',
           (SELECT at FROM telegram_slots WHERE bot_id = $1 ORDER BY at DESC OFFSET ${LIMITS.perSecond - 1} LIMIT 1)
             + interval '${LIMITS.secondMs} milliseconds',
           (SELECT at FROM telegram_slots WHERE bot_id = $1 AND chat_id = $2 AND $3
            ORDER BY at DESC OFFSET ${LIMITS.groupPerMinute - 1} LIMIT 1)
             + interval '${LIMITS.minuteMs} milliseconds',
           (SELECT max(until) FROM telegram_pauses WHERE bot_id = $1 AND chat_id IN ($2, '${NOBODY}'))
         ) - clock_timestamp()) * 1000)) AS wait_ms`,
        [this.botId, chatId, isGroup],
      );
      const waitMs = Number(rows[0]?.wait_ms ?? 0);
      if (waitMs > 0) return { waitMs };
      const taken = await transaction.query<{ id: string }>(
        `WITH old AS (DELETE FROM telegram_slots WHERE bot_id = $1 AND at < clock_timestamp() - interval '2 minutes')
         INSERT INTO telegram_slots (bot_id, chat_id, at)
         VALUES ($1, $2, clock_timestamp() + interval '${UNDER_WAY_MS} milliseconds') RETURNING id`,
        [this.botId, chatId],
      );
      return { slot: { id: taken.rows[0]?.id ?? '' }, waitMs: 0 };
    });
  }

  /** Telegram asked for a pause: of this chat, and a short one of all others, as its limits are of the bot too. */
  async pause(chatId: string, milliseconds: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO telegram_pauses (bot_id, chat_id, until)
       VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond'),
              ($1, '${NOBODY}', clock_timestamp() + least($3, ${BREATH_MS}) * interval '1 millisecond')
       ON CONFLICT (bot_id, chat_id) DO UPDATE SET until = greatest(telegram_pauses.until, excluded.until)`,
      [this.botId, chatId, milliseconds],
    );
  }
}
