import { InlineKeyboardMarkup } from 'telegraf/types';
import { CallbackAction, Callbacks } from '../callbacks';

export interface Button {
  text: string;
  /** What pressing it asks for, or the address that it opens. */
  action: CallbackAction | { url: string };
}
export type Keyboard = readonly (readonly Button[])[];

/** Buttons as Telegram takes them, signed for one chat. */
export function toMarkup(
  callbacks: Callbacks,
  keyboard: Keyboard,
  telegramChatId: number,
): InlineKeyboardMarkup {
  return {
    inline_keyboard: keyboard.map((row) =>
      row.map(({ text, action }) =>
        'url' in action
          ? { text, url: action.url }
          : { text, callback_data: callbacks.encode(action, telegramChatId) },
      ),
    ),
  };
}
