import { TelegramMember } from '@voxpersona/pipeline';
import { Talk } from '../talk/talk';

/**
 * A group belongs to the workspace of the member who first asks the bot for something there.
 *
 * @returns false where it belongs to another one: then nothing is done for this member
 */
export async function ensureGroup(talk: Talk, member: TelegramMember): Promise<boolean> {
  if (!talk.isGroup || (talk.chat && talk.chat.telegramChatId !== null)) return true;
  const { chatId, telegramChatId, texts } = talk;
  const settings = talk.chat?.settings ?? {
    ...{ language: texts.language, speechLanguage: null, scenario: null, groupMode: 'asked' as const },
  };
  const answer = await talk.tell(member, {
    type: 'OpenChat',
    chat: {
      ...{ chatId, telegramChatId, kind: 'group', settings },
      ...{ ownerId: member.ownerId, memberId: member.memberId },
    },
  });
  return answer.kind === 'accepted';
}
