import { backoffDelayMs, PostgresListener } from '@voxpersona/platform';
import { isPassing } from '../sending/is-passing';
import { ChatLocks } from './chat-locks';
import { ReceivedUpdate, UpdateInbox, UPDATES_CHANNEL } from './update-inbox';

export interface UpdateRunnerOptions {
  inbox: UpdateInbox;
  locks: ChatLocks;
  listener: PostgresListener;
  /** Deals with one update. It may be begun again: what it does must not be done twice by that. */
  handle(update: ReceivedUpdate): Promise<void>;
  /** Tells the chat that its update could not be dealt with. */
  giveUp(update: ReceivedUpdate): Promise<void>;
  log: { warn(message: string): void; error(message: string, stack?: string): void };
}

/** Chats that one process deals with at once. */
const MAX_CHATS = 50;
const MAX_ATTEMPTS = 4;
/** Looks at least so often, should a notification be lost, or another process have died over a chat. */
const POLL_MS = 1_000;
const FORGET_MS = 3_600_000;

/** Deals with updates: those of one chat one after another, those of many at once. */
export class UpdateRunner {
  private readonly busy = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = true;
  private unsubscribe: (() => void) | undefined;
  private forgottenAt = 0;

  constructor(private readonly options: UpdateRunnerOptions) {}

  start(): void {
    this.stopped = false;
    this.unsubscribe = this.options.listener.subscribe(UPDATES_CHANNEL, () => this.wake());
    this.wake();
  }

  /** Takes nothing new, and waits for what is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe?.();
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all(this.busy.values());
    await this.options.locks.close();
  }

  private wake(): void {
    if (this.stopped) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    clearTimeout(this.timer);
    this.looking = this.look().finally(() => {
      this.looking = undefined;
      if (this.stopped) return;
      if (this.lookAgain) {
        this.lookAgain = false;
        this.wake();
      } else this.timer = setTimeout(() => this.wake(), POLL_MS);
    });
  }

  private async look(): Promise<void> {
    const { inbox, locks, log } = this.options;
    try {
      if (Date.now() - this.forgottenAt > FORGET_MS) {
        this.forgottenAt = Date.now();
        await inbox.forgetOld();
      }
      for (const chatId of await inbox.waitingChats(MAX_CHATS)) {
        if (this.busy.size >= MAX_CHATS) return;
        if (this.busy.has(chatId) || !(await locks.tryLock(chatId))) continue;
        const done = this.dealWith(chatId).finally(() => {
          this.busy.delete(chatId);
          this.wake();
        });
        this.busy.set(chatId, done);
      }
    } catch (error) {
      log.warn(`Updates of Telegram cannot be looked for: ${describe(error)}`);
    }
  }

  /** Never rejects. */
  private async dealWith(chatId: string): Promise<void> {
    const { inbox, locks, log } = this.options;
    try {
      try {
        for (;;) {
          const update = this.stopped ? undefined : await inbox.next(chatId);
          if (!update || !(await this.handle(update))) return;
        }
      } finally {
        await locks.unlock(chatId);
      }
    } catch (error) {
      log.warn(`An update of Telegram waits: ${describe(error)}`);
    }
  }

  /** False when it is to be tried again later: then those after it wait, too. */
  private async handle(update: ReceivedUpdate): Promise<boolean> {
    const { inbox, log } = this.options;
    try {
      await this.options.handle(update);
      await inbox.finish(update.updateId, 'done');
      return true;
    } catch (error) {
      const attempt = update.attempts + 1;
      const what = `Update ${update.updateId} of Telegram`;
      const counted = !isPassing(error);
      if (!counted || attempt < MAX_ATTEMPTS) {
        log.warn(`${what}: ${describe(error)}; again soon`);
        const baseMs = counted ? 300 : 1_000;
        const times = { attempt, baseMs, maxMs: 10_000, retryAfterMs: undefined };
        await inbox.putBack(update.updateId, backoffDelayMs({ ...times, random: Math.random }), counted);
        return false;
      }
      log.error(`${what}: given up: ${describe(error)}`, error instanceof Error ? error.stack : undefined);
      await this.options.giveUp(update).catch((failure: unknown) => {
        log.warn(`${what}: nobody could be told: ${describe(failure)}`);
      });
      await inbox.finish(update.updateId, 'failed');
      return true;
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
