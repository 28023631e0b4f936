import { TelegramMember } from '@voxpersona/pipeline';
import { Talk } from '../talk/talk';

/** A group belongs to the workspace of the member who first asks the bot for something there. */
export async function ensureGroup(talk: Talk, member: TelegramMember): Promise<void> {
  if (!talk.isGroup || talk.chat) return;
  const { chatId, telegramChatId, texts } = talk;
  await talk.tell(member, {
    type: 'OpenChat',
    chat: {
      ...{ chatId, telegramChatId, kind: 'group' },
      ...{ ownerId: member.ownerId, memberId: member.memberId },
      settings: { language: texts.language, speechLanguage: null, scenario: null, groupMode: 'asked' },
    },
  });
}
