import { backoffDelayMs, PostgresListener } from '@voxpersona/platform';
import { createHash } from 'node:crypto';
import { isPassing } from '../sending/is-passing';
import { Sender } from '../sending/sender';
import { SendFailure } from '../sending/send-failure';
import { GatedChat } from '../sending/send-gate';
import { KeptMessage, MessageRows, MESSAGES_CHANNEL } from './message-rows';

/**
 * What a message should be.
 *
 * - `later`   nothing can be shown yet; the next event will tell
 * - `never`   nothing is shown (any more), and what was shown may stay
 * - `removed` what was shown is to go: its recording was erased
 * - `shown`   `key` is everything that it shows, to be told from what it showed before
 */
export type MessageFace =
  | { kind: 'later' }
  | { kind: 'never' }
  | { kind: 'removed'; chat: GatedChat; remove(messageId: number): Promise<void> }
  | {
      kind: 'shown';
      chat: GatedChat;
      key: string;
      send(): Promise<number>;
      /** Left out: what was sent once stays as it is. */
      edit?: (messageId: number) => Promise<void>;
      /** Whether one that somebody deleted is sent anew when it changes. */
      comesBack: boolean;
    };

export interface MessageKeeperOptions {
  rows: MessageRows;
  sender: Sender;
  listener: PostgresListener;
  face(message: KeptMessage): Promise<MessageFace>;
  /** Nobody in this chat wants messages any more. */
  onChatGone(chatId: string): Promise<void>;
  /** It has this number at Telegram by now. */
  onChatMoved(chatId: string, telegramChatId: number): Promise<void>;
  log: { warn(message: string): void; error(message: string, stack?: string): void };
}

/** Messages that are looked at at once. */
const AT_ONCE = 12;
/** A message is not changed more often. */
const EDIT_PAUSE_MS = 2_500;
const POLL_MS = 1_000;
/** Time in which the log's word of a move reaches us. */
const MOVE_PAUSE_MS = 2_000;
const MAX_FAILURES = 12;

/** Brings messages to what they should be, one of a chat at a time. One process at a time does it. */
export class MessageKeeper {
  private readonly busyChats = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(private readonly options: MessageKeeperOptions) {}

  start(): void {
    this.stopping = new AbortController();
    this.loop = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
    await Promise.all(this.running);
  }

  private async run(signal: AbortSignal): Promise<void> {
    const unsubscribe = this.options.listener.subscribe(MESSAGES_CHANNEL, () => this.wake());
    while (!signal.aborted) {
      const waitMs = await this.look(signal);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (signal.aborted) this.wake();
      });
    }
    unsubscribe();
  }

  /** @returns milliseconds until it is worth looking again */
  private async look(signal: AbortSignal): Promise<number> {
    const { rows, log } = this.options;
    try {
      for (const message of await rows.due(AT_ONCE, [...this.busyChats])) {
        if (signal.aborted || this.running.size >= AT_ONCE) return POLL_MS;
        if (this.busyChats.has(message.chatId)) continue;
        this.begin(message);
      }
      // What runs wakes us when it is done.
      if (this.running.size > 0) return POLL_MS;
      return Math.min(POLL_MS, (await rows.nextDueMs()) ?? POLL_MS);
    } catch (error) {
      log.warn(`Messages of Telegram cannot be looked for: ${describe(error)}`);
      return POLL_MS;
    }
  }

  private begin(message: KeptMessage): void {
    this.busyChats.add(message.chatId);
    const done = this.keep(message).finally(() => {
      this.busyChats.delete(message.chatId);
      this.running.delete(done);
      this.wake();
    });
    this.running.add(done);
  }

  /** Never rejects. */
  private async keep(message: KeptMessage): Promise<void> {
    try {
      await this.bring(message, await this.options.face(message));
    } catch (error) {
      await this.afterFailure(message, error).catch((failure: unknown) => {
        this.options.log.warn(`A message of Telegram waits: ${describe(failure)}`);
      });
    }
  }

  private async bring(message: KeptMessage, face: MessageFace): Promise<void> {
    const { rows, sender } = this.options;
    const { messageId, shown } = message;
    if (face.kind === 'later' || face.kind === 'never') {
      await rows.settle(message, { messageId, shown }, 0);
      return;
    }
    if (face.kind === 'removed') {
      if (messageId !== null) await sender.send(face.chat, () => face.remove(messageId)).catch(unlessGone);
      await rows.settle(message, { messageId: null, shown: null }, 0);
      return;
    }
    const key = createHash('sha256').update(face.key).digest('hex');
    const { edit } = face;
    const isThere = messageId !== null;
    if (key === shown || (isThere && !edit)) {
      await rows.settle(message, { messageId, shown }, 0);
      return;
    }
    if (isThere && edit) {
      await this.edit(face, () => edit(messageId));
      await rows.settle(message, { messageId, shown: key }, EDIT_PAUSE_MS);
      return;
    }
    const sent = await sender.send(face.chat, () => face.send());
    await rows.settle(message, { messageId: sent, shown: key }, EDIT_PAUSE_MS);
  }

  private async edit(
    face: Extract<MessageFace, { kind: 'shown' }>,
    edit: () => Promise<void>,
  ): Promise<void> {
    try {
      await this.options.sender.send(face.chat, edit);
    } catch (error) {
      if (!(error instanceof SendFailure)) throw error;
      if (error.kind === 'not-modified') return;
      if (error.kind !== 'message-gone') throw error;
      if (face.comesBack) throw new MessageDeleted();
    }
  }

  private async afterFailure(message: KeptMessage, error: unknown): Promise<void> {
    const { rows, log } = this.options;
    const { messageId, shown, failures } = message;
    if (error instanceof MessageDeleted) {
      await rows.forgetMessage(message);
      return;
    }
    if (error instanceof SendFailure && error.kind === 'chat-gone') {
      await this.options.onChatGone(message.chatId);
      await rows.settle(message, { messageId, shown }, 0);
      return;
    }
    if (error instanceof SendFailure && error.movedTo !== null) {
      await this.options.onChatMoved(message.chatId, error.movedTo);
      await rows.putBack(message, MOVE_PAUSE_MS, false);
      return;
    }
    if (error instanceof SendFailure && error.kind === 'rate-limited') {
      await rows.putBack(message, error.retryAfterMs, false);
      return;
    }
    const what = `A message (${message.kind}) of Telegram`;
    if (
      (!isPassing(error) && failures + 1 >= MAX_FAILURES) ||
      (error instanceof SendFailure && (error.kind === 'rejected' || error.kind === 'not-allowed'))
    ) {
      log.error(`${what} is given up: ${describe(error)}`, error instanceof Error ? error.stack : undefined);
      await rows.settle(message, { messageId, shown }, 0);
      return;
    }
    log.warn(`${what} waits: ${describe(error)}`);
    const times = { attempt: failures + 1, baseMs: 500, maxMs: 60_000, retryAfterMs: undefined };
    await rows.putBack(message, backoffDelayMs({ ...times, random: Math.random }), true);
  }
}

/** Somebody deleted it; it is sent anew. */
class MessageDeleted extends Error {}

function unlessGone(error: unknown): void {
  if (!(error instanceof SendFailure) || (error.kind !== 'message-gone' && error.kind !== 'rejected'))
    throw error;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
