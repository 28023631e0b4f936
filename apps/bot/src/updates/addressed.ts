import { BotContext } from '../talk/bot-context';

/** Whether a message in a group is meant for the bot: it names it, or answers one of its messages. */
export function isForBot(ctx: BotContext): boolean {
  const { message, me, botInfo } = ctx;
  if (!message) return false;
  const answered = 'reply_to_message' in message ? message.reply_to_message : undefined;
  if (answered?.from?.id === botInfo.id) return true;
  return nameOf(me).test(textOf(ctx));
}

/** Text or caption; empty for a message that has neither. */
export function textOf({ message }: BotContext): string {
  if (!message) return '';
  if ('text' in message) return message.text;
  return 'caption' in message ? (message.caption ?? '') : '';
}

/** Without the name of the bot, by which it was called in a group. */
export function withoutName(text: string, botName: string): string {
  return text.replaceAll(nameOf(botName), '').trim();
}

/** Not where it is the beginning of a longer name. */
function nameOf(botName: string): RegExp {
  return new RegExp(`@${botName}\\b`, 'gi');
}
