import { BotContext } from '../talk/bot-context';

/** What stands behind a command: `/start abc` gives `abc`. */
export function payloadOf({ message }: BotContext): string {
  const text = message && 'text' in message ? message.text : '';
  return /^\/\S+\s+([\s\S]+)$/.exec(text)?.[1]?.trim() ?? '';
}
