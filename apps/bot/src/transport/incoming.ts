import { telegramChatIdOf } from '@voxpersona/domain';
import { IncomingUpdate } from '@voxpersona/telegram';
import { Update } from 'telegraf/types';
import { BotIdentity } from '../tokens';

/** What is asked for; everything else Telegram keeps to itself. */
export const ALLOWED_UPDATES = ['message', 'callback_query', 'my_chat_member'] as const;

/** An update as the inbox takes it; undefined for one that belongs to no chat. */
export function incoming({ botId, idSecret }: BotIdentity, update: Update): IncomingUpdate | undefined {
  const chat = chatOf(update);
  if (chat === undefined) return undefined;
  return { updateId: update.update_id, chatId: telegramChatIdOf(idSecret, botId, chat), content: update };
}

function chatOf(update: Update): number | undefined {
  if ('message' in update) return update.message.chat.id;
  if ('callback_query' in update)
    return update.callback_query.message?.chat.id ?? update.callback_query.from.id;
  if ('my_chat_member' in update) return update.my_chat_member.chat.id;
  return undefined;
}
