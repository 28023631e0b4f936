import { Wire } from '../types';

export interface MenuCommand {
  command: string;
  description: string;
}

/** The lists of commands that a bot has set, by scope and language. */
export class CommandMenus {
  private readonly lists = new Map<string, MenuCommand[]>();

  set(scope: Wire, languageCode: string, commands: MenuCommand[]): void {
    this.lists.set(keyOf(scope, languageCode), commands);
  }

  get(scope: Wire, languageCode: string): MenuCommand[] {
    return this.lists.get(keyOf(scope, languageCode)) ?? [];
  }

  delete(scope: Wire, languageCode: string): void {
    this.lists.delete(keyOf(scope, languageCode));
  }

  /** What a person sees: the narrowest scope that has a list, in their language before that for all languages. */
  shownTo(who: {
    chatId: number;
    userId: number;
    isGroup: boolean;
    isAdmin: boolean;
    languageCode: string;
  }): MenuCommand[] {
    const { chatId, userId, isGroup, isAdmin } = who;
    const here = { chat_id: chatId };
    const scopes: Wire[] = isGroup
      ? [
          { type: 'chat_member', ...here, user_id: userId },
          ...(isAdmin ? [{ type: 'chat_administrators', ...here }] : []),
          { type: 'chat', ...here },
          ...(isAdmin ? [{ type: 'all_chat_administrators' }] : []),
          { type: 'all_group_chats' },
        ]
      : [{ type: 'chat', ...here }, { type: 'all_private_chats' }];
    const language = who.languageCode.split('-')[0] ?? '';
    for (const scope of [...scopes, { type: 'default' }]) {
      for (const code of [language, '']) {
        const list = this.lists.get(keyOf(scope, code));
        if (list && list.length > 0) return list;
      }
    }
    return [];
  }
}

function keyOf(scope: Wire, languageCode: string): string {
  const { type, chat_id: chatId, user_id: userId } = scope;
  return JSON.stringify([type, Number(chatId ?? 0), Number(userId ?? 0), languageCode]);
}
