import { Inject } from '@nestjs/common';
import { Action, Command, Ctx, Next, Update } from 'nestjs-telegraf';
import { BOT_LANGUAGES, currentInterview, OpenChat, SCENARIOS } from '@voxpersona/domain';
import { TelegramMember } from '@voxpersona/pipeline';
import { MembersOnly } from '../access/members-only';
import { joinPresent, TelegramHtml } from '../rendering';
import { BotContext } from '../talk/bot-context';
import { Button, Keyboard, Talk } from '../talk/talk';
import { Texts, Translator } from '../texts';
import { TEXTS } from '../tokens';
import { Pressed } from './pressed';

/** Languages of speech that are offered; the recogniser finds out others by itself. */
const SPEECH_LANGUAGES = [null, 'en', 'ru'] as const;
const ITEMS = ['language', 'speech', 'scenario'] as const;
type Item = (typeof ITEMS)[number];

/** Settings of a chat, and /cancel. */
@Update()
export class HousekeepingUpdate {
  constructor(
    private readonly pressed: Pressed,
    private readonly members: MembersOnly,
    @Inject(TEXTS) private readonly texts: Texts,
  ) {}

  @Command('settings')
  async settings(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, 'read');
    if (!member || !talk.chat) return;
    await talk.say(shown(talk.chat, talk.texts), { keyboard: buttons(talk.texts) });
  }

  @Action(/.*/)
  async press(@Ctx() ctx: BotContext, @Next() next: () => Promise<void>): Promise<void> {
    const action = this.pressed.read(ctx, ['settings']);
    if (!action) return next();
    const { talk } = ctx;
    // A chat of one's own is one's own; a group's is everybody's.
    const member = await this.members.admit(talk, talk.isGroup ? 'change' : 'read');
    const messageId = ctx.callbackQuery?.message?.message_id;
    if (!member || !talk.chat || messageId === undefined) return;
    const item = ITEMS[action.item];
    if (item) await this.change(talk, member, item, action.choice);
    const chat = await this.chatAfter(talk, member);
    if (!chat) return;
    // At once in the language that was chosen.
    const texts = this.texts(chat.settings.language);
    await talk.edit(messageId, shown(chat, texts), { keyboard: buttons(texts) });
  }

  /** Ends the questions about a recording. What was answered stays, and the rest can be given later. */
  @Command('cancel')
  async cancel(@Ctx() { talk }: BotContext): Promise<void> {
    const member = await this.members.admit(talk, talk.isGroup ? 'change' : 'read');
    if (!member) return;
    const interview = talk.chat && currentInterview(talk.chat);
    if (!interview) {
      await talk.say(talk.texts.text('cancel.nothing'));
      return;
    }
    await talk.tell(member, { type: 'ConfirmDetails', recordingId: interview.recordingId });
    await talk.say(talk.texts.text('cancel.done'));
  }

  private async change(talk: Talk, member: TelegramMember, item: Item, choice: number): Promise<void> {
    switch (item) {
      case 'language': {
        const language = BOT_LANGUAGES[choice];
        if (language) await talk.tell(member, { type: 'ChangeChatSettings', changes: { language } });
        return;
      }
      case 'speech': {
        const speechLanguage = SPEECH_LANGUAGES[choice];
        if (speechLanguage !== undefined)
          await talk.tell(member, { type: 'ChangeChatSettings', changes: { speechLanguage } });
        return;
      }
      case 'scenario': {
        const scenario = choice === 0 ? null : SCENARIOS[choice - 1];
        if (scenario !== undefined)
          await talk.tell(member, { type: 'ChangeChatSettings', changes: { scenario } });
      }
    }
  }

  /** As it is now; a change that changes nothing gives the same. */
  private async chatAfter(talk: Talk, member: TelegramMember): Promise<OpenChat | null> {
    const { state } = await talk.tell(member, { type: 'ReopenChat' });
    return state.phase === 'open' ? state : null;
  }
}

function shown({ settings }: OpenChat, texts: Translator): TelegramHtml {
  const { language, speechLanguage, scenario } = settings;
  return joinPresent(
    [
      texts.text('settings.title'),
      texts.text('settings.language', { value: texts.plain(`language.${language}`) }),
      texts.text('settings.speech', { value: texts.plain(`language.${spoken(speechLanguage)}`) }),
      texts.text('settings.scenario', {
        value: scenario === null ? texts.plain('settings.ask') : texts.plain(`scenario.${scenario}`),
      }),
    ],
    '\n',
  );
}

function spoken(language: string | null): 'auto' | 'en' | 'ru' {
  return language === 'en' || language === 'ru' ? language : 'auto';
}

function buttons(texts: Translator): Keyboard {
  const button = (item: Item, choice: number, text: string): Button => {
    return { text, action: { kind: 'settings', item: ITEMS.indexOf(item), choice } };
  };
  return [
    BOT_LANGUAGES.map((language, at) => button('language', at, texts.plain(`button.bot-${language}`))),
    SPEECH_LANGUAGES.map((language, at) =>
      button('speech', at, texts.plain(`button.speech-${language ?? 'auto'}`)),
    ),
    [
      button('scenario', 0, texts.plain('settings.ask')),
      ...SCENARIOS.map((scenario, at) => button('scenario', at + 1, texts.plain(`scenario.${scenario}`))),
    ],
  ];
}
