import { OpenChat } from '@voxpersona/domain';
import { Keyboard } from '../talk/talk';
import { TelegramHtml } from '../rendering';

/** What a message shows. */
export interface Rendered {
  text: TelegramHtml;
  keyboard: Keyboard;
}

/** A chat that can be written to. */
export type ReachableChat = OpenChat & { telegramChatId: number };

export function isReachable(chat: OpenChat | undefined): chat is ReachableChat {
  return chat !== undefined && chat.telegramChatId !== null && chat.reachable;
}
