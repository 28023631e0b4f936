import { chatMethods } from './chats';
import { commandMethods } from './commands';
import { fileMethods } from './sent-files';
import { messageMethods } from './messages';
import { ApiMethod } from './method';
import { updateMethods } from './updates';

const METHODS: Record<string, ApiMethod> = {
  ...updateMethods,
  ...messageMethods,
  ...fileMethods,
  ...commandMethods,
  ...chatMethods,
};

const BY_NAME = new Map(
  Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), { name, method }]),
);

/** Calls that Telegram counts against what a bot may send. */
export const COUNTED = new Set([
  ...['sendMessage', 'sendDocument', 'sendAudio', 'sendVoice'],
  ...['editMessageText', 'editMessageReplyMarkup'],
]);

/** A method by its name, which Telegram takes in any case of letters. */
export function findMethod(name: string): { name: string; method: ApiMethod } | undefined {
  return BY_NAME.get(name.toLowerCase());
}
