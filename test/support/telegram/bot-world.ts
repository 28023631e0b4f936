import { wordsOfAudio } from '@test/openai/fake-openai';
import { post } from '@test/server/workspace-fixture';
import { serverWithFakes, ServerWithFakes } from '@test/server/with-fakes';
import { Chat, ChatMessage, FakeTelegram, FakeTelegramOptions, Person } from './fake-telegram';

const PATIENCE_MS = 60_000;

/** A server with its bot, and Telegram. */
export interface BotWorld extends ServerWithFakes {
  telegram: FakeTelegram;
  /** What an invitation of this role starts the bot with. `by`: key of whoever invites; the first owner's by default. */
  invitation(role: string, by?: string): Promise<string>;
  /** A person who came by an invitation, and their chat. */
  member(
    role: string,
    about?: Partial<{ firstName: string; languageCode: string; by: string }>,
  ): Promise<{ person: Person; chat: Chat }>;
}

export async function openBotWorld(
  env: Record<string, string> = {},
  options: FakeTelegramOptions = {},
): Promise<BotWorld> {
  const telegram = await FakeTelegram.start({ limits: 'enforce', ...options });
  const world = await serverWithFakes({
    env: {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.apiRoot,
      TELEGRAM_MAX_FILE_BYTES: '20000000',
      EMBEDDINGS: 'hashing',
      ...env,
    },
  });
  await world.server.start();
  const invitation = async (role: string, by = world.server.key): Promise<string> => {
    const made = await post<{ telegramLink: string }>(world.server, by, '/v1/invitations', { role });
    const [, payload] = /\?start=([\w-]+)$/.exec(made.telegramLink) ?? [];
    if (payload === undefined) throw new Error(`No link: ${JSON.stringify(made)}`);
    return payload;
  };
  return {
    ...world,
    telegram,
    invitation,
    member: async (role, { firstName = 'Ann', languageCode = 'en', by } = {}) => {
      const person = telegram.user({ firstName, languageCode });
      const chat = person.privateChat();
      chat.start(await invitation(role, by));
      await see(chat, /\/recordings/);
      return { person, chat };
    },
    close: async () => {
      await world.close();
      await telegram.stop();
    },
  };
}

/** Waits for a message of the bot, longer than a chat does by itself. */
export function see(
  chat: Pick<Chat, 'waitFor'>,
  what: string | RegExp | ((message: ChatMessage) => boolean),
  options: { after?: ChatMessage; timeoutMs?: number } = {},
): Promise<ChatMessage> {
  return chat.waitFor(what, { timeoutMs: PATIENCE_MS, ...options });
}

/** Waits for a file of the bot whose name ends so. */
export function seeFile(
  chat: Chat,
  ending: string,
  options: { after?: ChatMessage } = {},
): Promise<ChatMessage> {
  return see(chat, ({ document }) => document?.fileName.endsWith(ending) === true, options);
}

/** It kept within the limits, and what the server wrote holds neither the token nor a word that was heard. */
export function expectManners({ telegram, server, openai }: BotWorld): void {
  expect(telegram.violations).toEqual([]);
  const heard = openai.calls.flatMap(({ about }) => wordsOfAudio(about));
  expect(heard).not.toEqual([]);
  const [, secret = ''] = telegram.token.split(':');
  expect([secret, ...heard].filter((text) => server.output.includes(text))).toEqual([]);
}
