import { SendFailure, toSendFailure } from './send-failure';
import { GatedChat, SendGate } from './send-gate';

const ATTEMPTS = 4;

/** Calls Telegram within its limits, and once more where it asked for a pause. */
export class Sender {
  constructor(private readonly gate: SendGate) {}

  /** @throws SendFailure, and whatever is no failure of Telegram's */
  async send<T>(chat: GatedChat, call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const slot = await this.gate.pass(chat);
      try {
        return await call();
      } catch (error) {
        const failure = toSendFailure(error);
        if (failure.kind !== 'rate-limited') throw failure;
        await this.gate.pause(chat.chatId, failure.retryAfterMs);
        if (attempt >= ATTEMPTS) throw failure;
      } finally {
        // Where that cannot be written the slot runs out by itself; the message was sent all the same.
        await this.gate.arrived(slot).catch(() => undefined);
      }
    }
  }
}

/** True for what came about by the person there: they are gone, the group or the message is. No fault of ours. */
export function isNobodyThere(error: unknown): boolean {
  if (!(error instanceof SendFailure)) return false;
  return error.kind === 'chat-gone' || error.kind === 'chat-moved' || error.kind === 'message-gone';
}
