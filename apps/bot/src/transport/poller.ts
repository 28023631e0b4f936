import { Logger } from '@nestjs/common';
import { Leadership } from '@voxpersona/event-store';
import { toSendFailure, UpdateInbox } from '@voxpersona/telegram';
import { setTimeout as sleep } from 'node:timers/promises';
import { Telegram } from 'telegraf';
import { BotIdentity } from '../tokens';
import { ALLOWED_UPDATES, incoming } from './incoming';

/** Seconds that Telegram holds a question back while nothing happens. */
const LONG_POLL_SECONDS = 25;
const PAUSE_MS = 1_000;

/**
 * Asks Telegram for updates and writes them down; with the next question Telegram learns that they were received. One process
 * at a time asks: Telegram refuses two.
 */
export class Poller {
  private readonly log = new Logger('Telegram');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly telegram: Telegram,
    private readonly inbox: UpdateInbox,
    private readonly leadership: Leadership,
    private readonly identity: BotIdentity,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const turn = await this.leadership.lead('telegram-poller', 1, signal);
      if (!turn) return;
      await this.poll(AbortSignal.any([signal, turn.lost]));
      await turn.end();
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    let offset = 0;
    let hasWebhook = true;
    while (!isOver()) {
      try {
        // One that was set before would keep Telegram from answering.
        if (hasWebhook) await this.telegram.deleteWebhook();
        hasWebhook = false;
        const updates = await this.telegram.callApi(
          'getUpdates',
          { offset, timeout: LONG_POLL_SECONDS, allowed_updates: [...ALLOWED_UPDATES] },
          { signal: signal as never },
        );
        await this.inbox.put(updates.flatMap((update) => incoming(this.identity, update) ?? []));
        offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
      } catch (error) {
        if (isOver()) return;
        await sleep(this.tell(error), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** @returns milliseconds to wait */
  private tell(error: unknown): number {
    try {
      const { message, retryAfterMs } = toSendFailure(error);
      this.log.warn(`Updates cannot be asked for: ${message}`);
      return Math.max(PAUSE_MS, retryAfterMs);
    } catch {
      this.log.warn(`Updates cannot be kept: ${error instanceof Error ? error.message : 'unknown'}`);
      return PAUSE_MS;
    }
  }
}
