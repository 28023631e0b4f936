import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Telegraf, TelegramError } from 'telegraf';
import { listenOnLoopback } from '../loopback';

/** What is to be done when a test is over, last first. */
export type Closing = (() => unknown)[];

/** The real client, made to speak with a fake. */
export function botOf({ token, apiRoot }: { token: string; apiRoot: string }): Telegraf {
  const bot = new Telegraf(token, { telegram: { apiRoot }, handlerTimeout: 5_000 });
  bot.catch(() => undefined);
  return bot;
}

/** Polls until the test is over; resolves with what ended it earlier. */
export function launch(closing: Closing, bot: Telegraf): Promise<unknown> {
  const ended = bot.launch({ dropPendingUpdates: false }).catch((error: unknown) => error);
  closing.push(() => {
    try {
      bot.stop();
    } catch {
      // It had stopped already.
    }
  });
  return ended;
}

/** Code and description with which Telegram refused a call; throws when it did not. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TelegramError)) throw new Error(`No refusal of Telegram's: ${String(error)}`);
  return `${error.code} ${error.description}`;
}

/** A server on loopback until the test is over; its address. */
export async function listen(
  closing: Closing,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle);
  const address = await listenOnLoopback(server);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return address;
}

/** Waits until something is so; throws after five seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${isSo.toString()}`);
    await sleep(5);
  }
}
