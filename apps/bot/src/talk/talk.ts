import { ChatCommand, chatDecider, deriveId, DomainEvent, OpenChat } from '@voxpersona/domain';
import { Actor, Actors, Answer } from '@voxpersona/event-store';
import { RequestContext, TelegramCaller, TelegramMember } from '@voxpersona/pipeline';
import {
  GatedChat,
  isNobodyThere,
  MessageRows,
  Sender,
  SendFailure,
  SentLedger,
  toSendFailure,
} from '@voxpersona/telegram';
import { Telegram } from 'telegraf';
import { InlineKeyboardMarkup } from 'telegraf/types';
import { Callbacks } from '../callbacks';
import { TelegramHtml } from '../rendering';
import { Translator } from '../texts';
import { Keyboard, toMarkup } from './markup';

export interface TalkServices {
  telegram: Telegram;
  sender: Sender;
  ledger: SentLedger;
  messages: MessageRows;
  actors: Actors<DomainEvent>;
  callbacks: Callbacks;
}

export interface TalkOptions {
  botId: number;
  updateId: number;
  /** Id of the chat in the log. */
  chatId: string;
  /** Telegram's number of it. */
  telegramChatId: number;
  isGroup: boolean;
  /** Topic of the group that it came from, where the answers belong. */
  threadId: number | undefined;
  /** Who it comes from; null: Telegram itself. */
  telegramUserId: number | null;
  caller: TelegramCaller;
  /** As it is in the log; null: nobody has begun to use the bot here. */
  chat: OpenChat | null;
  texts: Translator;
  /** Id of the query of a pressed button; undefined: none was pressed. */
  callbackId: string | undefined;
}

export type { Button, Keyboard } from './markup';

export interface SayOptions {
  /** Recordings of which it shows something: with any of them the message is removed. */
  about?: readonly string[];
  keyboard?: Keyboard;
  /** Number of the message that is answered. */
  replyTo?: number;
  /** A keyboard that asks for an answer to this very message. */
  forceReply?: boolean;
}

/** A file to send, with all its bytes: it may have to be sent again. */
export interface OutgoingFile {
  content: Buffer;
  name: string;
  /** Recording that it is of. */
  recordingId: string;
}

/**
 * One update of one chat, and what is answered. Everything that is sent bears an id derived from the update, so that an update
 * that is dealt with again sends nothing twice.
 */
export class Talk {
  private sends = 0;
  private isAnswered = false;

  constructor(
    private readonly services: TalkServices,
    private readonly options: TalkOptions,
  ) {}

  get chatId(): string {
    return this.options.chatId;
  }
  get telegramChatId(): number {
    return this.options.telegramChatId;
  }
  get telegramUserId(): number | null {
    return this.options.telegramUserId;
  }
  get updateId(): number {
    return this.options.updateId;
  }
  get isGroup(): boolean {
    return this.options.isGroup;
  }
  get caller(): TelegramCaller {
    return this.options.caller;
  }
  get chat(): OpenChat | null {
    return this.options.chat;
  }
  get texts(): Translator {
    return this.options.texts;
  }

  get callbackId(): string | undefined {
    return this.options.callbackId;
  }

  /** Goes on where another talk of the same update stopped: what is sent next is not taken for what was sent. */
  after({ sends, isAnswered }: Talk): this {
    this.sends = sends;
    this.isAnswered = isAnswered;
    return this;
  }

  /** Id of the request that this update is. */
  get requestId(): string {
    return deriveId('telegram-update', this.options.botId, this.options.updateId);
  }

  /** In whose name something is asked. */
  requestOf({ accountId, ownerId, memberId }: TelegramMember): RequestContext {
    const actor: Actor = { kind: 'telegram', id: accountId, owner: ownerId, member: memberId };
    return { requestId: this.requestId, actor };
  }

  /** Sends a command to the chat of this talk. */
  tell(member: TelegramMember, command: ChatCommand): Promise<ChatAnswer> {
    return this.tellChat(command, this.requestOf(member));
  }

  async tellChat(command: ChatCommand, { requestId, actor }: RequestContext): Promise<ChatAnswer> {
    const commandId = deriveId('telegram-command', requestId, this.chatId, command.type);
    return this.services.actors.ask(chatDecider, this.chatId, command, {
      ...{ commandId, correlationId: requestId, causationId: requestId, actor },
    });
  }

  /** @returns Telegram's number of the message; null when nobody is there to read it */
  async say(text: TelegramHtml, options: SayOptions = {}): Promise<number | null> {
    const { telegram } = this.services;
    const { about = [], keyboard, replyTo, forceReply } = options;
    return this.once(about, async () => {
      const sent = await telegram.sendMessage(this.telegramChatId, text.toString(), {
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        ...this.thread,
        ...(keyboard && { reply_markup: this.markup(keyboard) }),
        ...(forceReply && { reply_markup: { force_reply: true, selective: true } }),
        ...(replyTo !== undefined && {
          reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
        }),
      });
      return sent.message_id;
    });
  }

  async sendDocument({ content, name, recordingId }: OutgoingFile, caption?: TelegramHtml): Promise<void> {
    const { telegram } = this.services;
    await this.sendFile(recordingId, async () => {
      const sent = await telegram.sendDocument(
        this.telegramChatId,
        { source: content, filename: name },
        { parse_mode: 'HTML', ...this.thread, ...(caption && { caption: caption.toString() }) },
      );
      return sent.message_id;
    });
  }

  async sendAudio({ content, name, recordingId }: OutgoingFile, caption: TelegramHtml): Promise<void> {
    const { telegram } = this.services;
    await this.sendFile(recordingId, async () => {
      const sent = await telegram.sendAudio(
        this.telegramChatId,
        { source: content, filename: name },
        { parse_mode: 'HTML', ...this.thread, caption: caption.toString() },
      );
      return sent.message_id;
    });
  }

  /** Where a group lets the bot send words only, that is said in words. */
  private async sendFile(recordingId: string, send: () => Promise<number>): Promise<void> {
    try {
      await this.once([recordingId], send);
    } catch (error) {
      if (!(error instanceof SendFailure) || error.kind !== 'not-allowed') throw error;
      await this.say(this.texts.text('group.no-files'));
    }
  }

  /** Changes the message whose button was pressed. What shows that already, or is gone, stays as it is. */
  async edit(
    messageId: number,
    text: TelegramHtml,
    { keyboard = [], about = [] }: Pick<SayOptions, 'keyboard' | 'about'> = {},
  ): Promise<void> {
    const { telegram, sender, messages } = this.services;
    await sender
      .send(this.gated, () =>
        telegram.editMessageText(this.telegramChatId, messageId, undefined, text.toString(), {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          reply_markup: this.markup(keyboard),
        }),
      )
      .catch((error: unknown) => {
        const failure = toSendFailure(error);
        if (failure.kind !== 'not-modified' && !isNobodyThere(failure)) throw failure;
      });
    await messages.replaceQuotes(this.chatId, messageId, about);
  }

  /** Answers a pressed button; a note shows for a moment, an alert until it is closed. No message: no limit counts it. */
  async answer(note?: string, options: { alert?: boolean } = {}): Promise<void> {
    this.isAnswered = true;
    const { callbackId } = this;
    if (callbackId === undefined) return;
    await this.services.telegram
      .answerCbQuery(callbackId, note, { show_alert: options.alert ?? false })
      .catch((error: unknown) => {
        const failure = toSendFailure(error);
        // The wait is over by itself: nobody looks at that button any more.
        if (failure.kind !== 'query-old') throw failure;
      });
  }

  /** The button stops spinning in any case. */
  async answerIfNobodyDid(): Promise<void> {
    if (!this.isAnswered) await this.answer();
  }

  private markup(keyboard: Keyboard): InlineKeyboardMarkup {
    return toMarkup(this.services.callbacks, keyboard, this.telegramChatId);
  }

  private get thread(): { message_thread_id?: number } {
    const { threadId } = this.options;
    return threadId === undefined ? {} : { message_thread_id: threadId };
  }

  private get gated(): GatedChat {
    return { chatId: this.chatId, isGroup: this.isGroup };
  }

  /** @returns null also where nobody is there: that is noted, and no failure */
  private async once(about: readonly string[], send: () => Promise<number>): Promise<number | null> {
    const { ledger, messages, sender } = this.services;
    const { botId, updateId } = this.options;
    const id = deriveId('telegram-send', botId, updateId, this.sends);
    this.sends += 1;
    try {
      const messageId = await ledger.once(id, () => sender.send(this.gated, send));
      if (messageId !== null) await messages.noteQuotes(this.chatId, messageId, about);
      return messageId;
    } catch (error) {
      if (!isNobodyThere(error)) throw error;
      if (this.chat && toSendFailure(error).kind === 'chat-gone')
        await this.tellChat({ type: 'CloseChat' }, this.systemRequest);
      return null;
    }
  }

  private get systemRequest(): RequestContext {
    return { requestId: this.requestId, actor: { kind: 'system', id: 'telegram', owner: null } };
  }
}

export type ChatAnswer = Answer<
  ReturnType<typeof chatDecider.evolve>,
  Parameters<typeof chatDecider.evolve>[1],
  Extract<ReturnType<typeof chatDecider.decide>, { kind: 'refused' }>['refusal']
>;
