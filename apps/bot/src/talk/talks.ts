import { Inject, Injectable } from '@nestjs/common';
import { BotLanguage, ChatState, DomainEvent, OpenChat } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { TelegramAccounts, TelegramCaller } from '@voxpersona/pipeline';
import { MessageRows, Sender, SentLedger } from '@voxpersona/telegram';
import { Chat } from 'telegraf/types';
import { Callbacks } from '../callbacks';
import { languageOf, Texts } from '../texts';
import { BOT_IDENTITY, BotIdentity, CALLBACKS, TEXTS } from '../tokens';
import { BotContext } from './bot-context';
import { ChatNumbers, ChatOfNumber } from './chat-numbers';
import { Talk } from './talk';

/** Begins the talk of every update: who speaks, in which chat, in which language. */
@Injectable()
export class Talks {
  constructor(
    private readonly accounts: TelegramAccounts,
    private readonly actors: Actors<DomainEvent>,
    private readonly sender: Sender,
    private readonly ledger: SentLedger,
    private readonly messages: MessageRows,
    private readonly numbers: ChatNumbers,
    @Inject(CALLBACKS) private readonly callbacks: Callbacks,
    @Inject(TEXTS) private readonly texts: Texts,
    @Inject(BOT_IDENTITY) private readonly identity: BotIdentity,
  ) {}

  /** Middleware. Where there is no chat, or another bot speaks, nothing is to be done. */
  readonly begin = async (ctx: BotContext, next: () => Promise<void>): Promise<void> => {
    if (!ctx.chat || ctx.chat.type === 'channel' || ctx.from?.is_bot === true) return;
    const found = await this.numbers.find(ctx.chat.id);
    if (found.isLeft) return;
    ctx.talk = await this.open(ctx, ctx.chat, found);
    await next();
    await ctx.talk.answerIfNobodyDid();
  };

  /** The talk as it is after something changed who speaks. What is said counts on. */
  async again(ctx: BotContext): Promise<Talk> {
    if (ctx.chat)
      ctx.talk = (await this.open(ctx, ctx.chat, await this.numbers.find(ctx.chat.id))).after(ctx.talk);
    return ctx.talk;
  }

  private async open(
    ctx: BotContext,
    { id: telegramChatId, type }: Chat,
    { chatId, state }: ChatOfNumber,
  ): Promise<Talk> {
    const { botId } = this.identity;
    const isGroup = type !== 'private';
    const userId = ctx.from?.id ?? null;
    const caller: TelegramCaller = userId === null ? { kind: 'unknown' } : await this.accounts.find(userId);
    const language = languageOf(ctx.from?.language_code);
    const services = {
      telegram: ctx.telegram,
      sender: this.sender,
      ledger: this.ledger,
      messages: this.messages,
      actors: this.actors,
      callbacks: this.callbacks,
    };
    const begin = (chat: OpenChat | null): Talk =>
      new Talk(services, {
        ...{ botId, updateId: ctx.update.update_id, chatId, telegramChatId, isGroup, caller, chat },
        threadId: threadOf(ctx),
        telegramUserId: userId,
        callbackId: ctx.callbackQuery?.id,
        texts: this.texts(chat?.settings.language ?? language),
      });
    const talk = begin(state.phase === 'open' ? state : null);
    return begin(await this.opened(talk, state, language));
  }

  /** A member's own chat opens by itself, and again after they blocked the bot; a group is opened by being asked. */
  private async opened(talk: Talk, state: ChatState, language: BotLanguage): Promise<OpenChat | null> {
    const { caller, isGroup, chatId, telegramChatId } = talk;
    if (caller.kind !== 'member') return ownChat(state, null);
    const { member } = caller;
    const isTheirs = state.phase === 'open' && state.ownerId === member.ownerId;
    if (state.phase === 'open' && !state.reachable) await talk.tell(member, { type: 'ReopenChat' });
    if (isGroup || (isTheirs && state.memberId === member.memberId && state.telegramChatId !== null)) {
      return ownChat(state, member.ownerId);
    }
    const settings = { language, speechLanguage: null, scenario: null, groupMode: 'asked' as const };
    const answer = await talk.tell(member, {
      type: 'OpenChat',
      chat: {
        ...{ chatId, telegramChatId, kind: 'private' },
        ...{ ownerId: member.ownerId, memberId: member.memberId },
        settings: state.phase === 'open' ? state.settings : settings,
      },
    });
    return ownChat(answer.state, member.ownerId);
  }
}

/** The topic of a group with topics; undefined: there is none, or it is the general one. */
function threadOf({ message, callbackQuery }: BotContext): number | undefined {
  const seen = message ?? callbackQuery?.message;
  return seen && 'is_topic_message' in seen && seen.is_topic_message ? seen.message_thread_id : undefined;
}

/** What a chat holds is for members of its workspace only. */
function ownChat(state: ChatState, ownerId: string | null): OpenChat | null {
  return state.phase === 'open' && state.ownerId === ownerId ? state : null;
}
