import { BOT_LANGUAGES } from '@voxpersona/domain';
import { Telegram } from 'telegraf';
import { Texts } from '../texts';

/** What Telegram offers behind the slash, in private chats and in groups. */
const COMMANDS = {
  all_private_chats: [
    ...(['recordings', 'search', 'settings', 'cancel', 'invite', 'erase', 'privacy', 'id', 'help'] as const),
  ],
  all_group_chats: [...(['transcribe', 'group', 'search', 'help'] as const)],
} as const;

/** Tells Telegram the commands, in every language of the bot; English is for all others. */
export async function tellCommands(telegram: Telegram, texts: Texts): Promise<void> {
  for (const [type, names] of Object.entries(COMMANDS)) {
    for (const language of BOT_LANGUAGES) {
      const commands = names.map((command) => ({
        command,
        description: texts(language).plain(`commands.${command}`),
      }));
      await telegram.setMyCommands(commands, {
        scope: { type: type as keyof typeof COMMANDS },
        ...(language !== 'en' && { language_code: language }),
      });
    }
  }
}
