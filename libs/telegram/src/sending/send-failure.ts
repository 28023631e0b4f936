import { TelegramError } from 'telegraf';

/**
 * Why Telegram did not do what was asked.
 *
 * - `rate-limited` too much; `retryAfterMs` says how long to wait
 * - `chat-gone`    nobody there wants messages: blocked, removed, never begun
 * - `chat-moved`   the group is a supergroup by now, under the number `movedTo`
 * - `not-allowed`  the group does not let the bot send such a thing; other things may go
 * - `message-gone` the message was deleted, or cannot be changed any more
 * - `not-modified` it shows that already
 * - `query-old`    a button was pressed too long ago to be answered
 * - `rejected`     Telegram does not take this; asking again changes nothing
 * - `unavailable`  no answer, or a fault of Telegram's: whether it was done is not known
 */
export type SendFailureKind =
  | 'rate-limited'
  | 'chat-gone'
  | 'chat-moved'
  | 'not-allowed'
  | 'message-gone'
  | 'not-modified'
  | 'query-old'
  | 'rejected'
  | 'unavailable';

/** Its message is for logs: Telegram's description, which holds no words of a chat, and never an address with the token. */
export class SendFailure extends Error {
  constructor(
    readonly kind: SendFailureKind,
    message: string,
    readonly retryAfterMs = 0,
    readonly movedTo: number | null = null,
  ) {
    super(message);
    this.name = 'SendFailure';
  }
}

const BY_DESCRIPTION: readonly [RegExp, SendFailureKind][] = [
  [/message is not modified/i, 'not-modified'],
  [
    /message to (edit|delete) not found|message can't be (edited|deleted)|MESSAGE_ID_INVALID/i,
    'message-gone',
  ],
  [/query is too old|query ID is invalid/i, 'query-old'],
  [/chat not found|not enough rights to send text|have no rights to send|CHAT_WRITE_FORBIDDEN/i, 'chat-gone'],
  [/not enough rights to send/i, 'not-allowed'],
];

/** What an error of a call to Telegram means. What is no such error is thrown on. */
export function toSendFailure(error: unknown): SendFailure {
  if (error instanceof SendFailure) return error;
  if (error instanceof TelegramError) {
    const { error_code: code, parameters } = error.response;
    // Telegram quotes an address that it does not take, and with it the secret of a link.
    const description = error.response.description.replaceAll(/'[a-z]+:\/\/[^']*'/gi, "'…'");
    const seconds = parameters?.retry_after;
    if (code === 429) return new SendFailure('rate-limited', description, (seconds ?? 1) * 1_000);
    const movedTo = parameters?.migrate_to_chat_id;
    if (movedTo !== undefined) return new SendFailure('chat-moved', description, 0, movedTo);
    if (code === 403) return new SendFailure('chat-gone', description);
    const known = BY_DESCRIPTION.find(([pattern]) => pattern.test(description));
    if (known) return new SendFailure(known[1], description);
    return new SendFailure(code >= 500 ? 'unavailable' : 'rejected', description);
  }
  if (error instanceof Error && isNetworkFailure(error)) {
    // Its message names the address that was asked, and so the token.
    return new SendFailure('unavailable', 'Telegram cannot be reached');
  }
  throw error;
}

/** Of node-fetch, by which telegraf speaks; and of what answers something that is not JSON. */
function isNetworkFailure(error: Error): boolean {
  return ['FetchError', 'AbortError', 'TimeoutError', 'SyntaxError'].includes(error.name);
}
