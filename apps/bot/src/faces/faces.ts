import { Inject, Injectable } from '@nestjs/common';
import { InjectBot } from 'nestjs-telegraf';
import { chatDecider, deriveId, DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { TelegramAccounts } from '@voxpersona/pipeline';
import { KeptMessage, MessageFace, SendFailure, toSendFailure } from '@voxpersona/telegram';
import { Telegraf } from 'telegraf';
import { ReplyParameters } from 'telegraf/types';
import { Callbacks } from '../callbacks';
import { BotContext } from '../talk/bot-context';
import { Keyboard } from '../talk/talk';
import { Texts, Translator } from '../texts';
import { CALLBACKS, TEXTS } from '../tokens';
import { toMarkup } from '../talk/markup';
import { BotReader } from './bot-reader';
import { CardFace } from './card-face';
import { isReachable, ReachableChat, Rendered } from './rendered';
import { ReportFace } from './report-face';
import { StatusFace } from './status-face';

/** What every kept message should be, worked out from the log and the read models. */
@Injectable()
export class Faces {
  constructor(
    @InjectBot() private readonly bot: Telegraf<BotContext>,
    private readonly reader: BotReader,
    private readonly actors: Actors<DomainEvent>,
    private readonly statuses: StatusFace,
    private readonly cards: CardFace,
    private readonly reports: ReportFace,
    private readonly accounts: TelegramAccounts,
    @Inject(CALLBACKS) private readonly callbacks: Callbacks,
    @Inject(TEXTS) private readonly texts: Texts,
  ) {}

  async of(message: KeptMessage): Promise<MessageFace> {
    const chat = await this.reader.chat(message.chatId);
    if (!isReachable(chat)) return { kind: 'never' };
    const face = await this.faceIn(chat, message);
    // What was erased goes also where nothing is shown any more.
    return face.kind !== 'shown' || (await this.mayRead(chat)) ? face : { kind: 'never' };
  }

  /** Whoever is blocked or removed, or has unlinked the account, gets nothing more, also of what they sent themselves. */
  private async mayRead({ kind, telegramChatId, memberId }: ReachableChat): Promise<boolean> {
    if (kind === 'group') return true;
    // The number of a private chat is that of the account.
    const caller = await this.accounts.find(telegramChatId);
    return caller.kind === 'member' && caller.member.memberId === memberId;
  }

  private async faceIn(chat: ReachableChat, message: KeptMessage): Promise<MessageFace> {
    if (!(await this.reader.until(message.position)))
      throw new SendFailure('unavailable', 'The read models are far behind');
    const texts = this.texts(chat.settings.language);
    switch (message.kind) {
      case 'status': {
        const intake = chat.intakes[message.subjectId];
        if (!intake) return { kind: 'never' };
        const rendered = await this.statuses.render(chat, intake, texts);
        if (rendered === 'erased') return this.removed(chat, texts);
        return rendered ? this.shown(chat, rendered, { replyTo: intake.messageId }) : { kind: 'later' };
      }
      case 'card': {
        const rendered = await this.cards.render(chat, message.subjectId, texts);
        if (rendered === 'erased') {
          await this.endQuestions(chat, message.subjectId);
          return this.removed(chat, texts);
        }
        const replyTo = messageOf(chat, message.recordingId);
        return rendered ? this.shown(chat, rendered, { replyTo, comesBack: true }) : { kind: 'later' };
      }
      case 'report': {
        const rendered = await this.reports.render(chat, message.subjectId, texts);
        if (!rendered) return this.removed(chat, texts);
        return this.shown(chat, rendered, { replyTo: messageOf(chat, message.recordingId), once: true });
      }
      case 'report-file':
        return this.file(chat, message.subjectId, texts);
      case 'wish':
        return { kind: 'never' };
      case 'quote': {
        // Asked of the log: what was shown just now may have been erased while no read model knew.
        const { state } = await this.actors.read(recordingDecider, message.recordingId);
        return state.phase === 'erased' ? this.removed(chat, texts) : { kind: 'never' };
      }
    }
  }

  private shown(
    { chatId, telegramChatId, kind }: ReachableChat,
    { text, keyboard }: Rendered,
    options: { replyTo?: number | null; comesBack?: boolean; once?: boolean } = {},
  ): MessageFace {
    const { telegram } = this.bot;
    const { replyTo = null, comesBack = false, once = false } = options;
    const extra = {
      parse_mode: 'HTML' as const,
      link_preview_options: { is_disabled: true },
      reply_markup: this.markup(keyboard, telegramChatId),
    };
    return {
      kind: 'shown',
      chat: { chatId, isGroup: kind === 'group' },
      key: JSON.stringify([text, keyboard]),
      comesBack,
      send: async () => {
        const sent = await telegram.sendMessage(telegramChatId, text.toString(), {
          ...extra,
          ...answering(replyTo),
        });
        return sent.message_id;
      },
      ...(!once && {
        edit: async (messageId: number) => {
          await telegram.editMessageText(telegramChatId, messageId, undefined, text.toString(), extra);
        },
      }),
    };
  }

  private async file(chat: ReachableChat, reportId: string, texts: Translator): Promise<MessageFace> {
    const file = await this.reports.file(chat, reportId);
    if (!file) return this.removed(chat, texts);
    const { chatId, telegramChatId, kind } = chat;
    return {
      kind: 'shown',
      chat: { chatId, isGroup: kind === 'group' },
      key: file.content.toString('utf8'),
      comesBack: false,
      send: async () => {
        const source = { source: file.content, filename: file.name };
        const { reply_parameters: reply } = answering(messageOf(chat, file.recordingId));
        // Telegraf sends no object in the form that a file needs: as JSON it does, and Telegram wants it so.
        const extra = reply && { reply_parameters: JSON.stringify(reply) as unknown as typeof reply };
        return (await this.bot.telegram.sendDocument(telegramChatId, source, extra)).message_id;
      },
    };
  }

  private removed({ chatId, telegramChatId, kind }: ReachableChat, texts: Translator): MessageFace {
    const { telegram } = this.bot;
    return {
      kind: 'removed',
      chat: { chatId, isGroup: kind === 'group' },
      remove: async (messageId) => {
        try {
          await telegram.deleteMessage(telegramChatId, messageId);
        } catch (error) {
          const failure = toSendFailure(error);
          if (failure.kind !== 'message-gone' && failure.kind !== 'rejected') throw failure;
          await this.blank(telegramChatId, messageId, texts);
        }
      },
    };
  }

  /** What is older than Telegram lets a bot delete can still be changed: a text into a note, a file into a file with that note. */
  private async blank(telegramChatId: number, messageId: number, texts: Translator): Promise<void> {
    const { telegram } = this.bot;
    const place = [telegramChatId, messageId, undefined] as const;
    const note = texts.text('status.erased');
    try {
      await telegram.editMessageText(...place, note.toString(), { parse_mode: 'HTML' });
    } catch (error) {
      // It has no text.
      if (toSendFailure(error).kind !== 'rejected') throw error;
      const media = { source: Buffer.from(texts.plain('status.erased'), 'utf8'), filename: 'erased.txt' };
      await telegram.editMessageMedia(...place, { type: 'document', media });
    }
  }

  /** Nothing is asked any more about what is gone: the next recording has its turn. */
  private async endQuestions({ chatId, interviews }: ReachableChat, recordingId: string): Promise<void> {
    const phase = interviews[recordingId]?.phase;
    if (phase === undefined || phase === 'confirmed') return;
    const requestId = deriveId('telegram-questions-ended', chatId, recordingId);
    await this.actors.ask(
      chatDecider,
      chatId,
      { type: 'ConfirmDetails', recordingId },
      {
        commandId: requestId,
        ...{ correlationId: requestId, causationId: requestId },
        actor: { kind: 'system', id: 'telegram', owner: null },
      },
    );
  }

  private markup(keyboard: Keyboard, telegramChatId: number) {
    return toMarkup(this.callbacks, keyboard, telegramChatId);
  }
}

/**
 * In a group what is about a recording answers the message that it came by: so it stands in the same topic, and everybody sees
 * what it belongs to. Null: in a chat of one's own, or where it came from elsewhere.
 */
function messageOf({ kind, intakes }: ReachableChat, recordingId: string): number | null {
  if (kind !== 'group') return null;
  return Object.values(intakes).findLast((intake) => intake.recordingId === recordingId)?.messageId ?? null;
}

function answering(messageId: number | null): { reply_parameters?: ReplyParameters } {
  return messageId === null
    ? {}
    : { reply_parameters: { message_id: messageId, allow_sending_without_reply: true } };
}
