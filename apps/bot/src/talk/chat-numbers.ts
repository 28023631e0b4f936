import { Inject, Injectable } from '@nestjs/common';
import {
  ChatCommand,
  chatDecider,
  ChatState,
  deriveId,
  DomainEvent,
  telegramChatIdOf,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { BOT_IDENTITY, BotIdentity } from '../tokens';
import { BotContext } from './bot-context';

/** The chat that a number of Telegram's stands for. */
export interface ChatOfNumber {
  chatId: string;
  state: ChatState;
  /** The chat has another number by now: nothing that comes from this one can be answered. */
  isLeft: boolean;
}

/** Which chat of the log has which number at Telegram: a group that is made a supergroup gets another one, and stays what it is. */
@Injectable()
export class ChatNumbers {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    @Inject(BOT_IDENTITY) private readonly identity: BotIdentity,
  ) {}

  async find(telegramChatId: number): Promise<ChatOfNumber> {
    const own = this.idOf(telegramChatId);
    const { state } = await this.actors.read(chatDecider, own);
    if (state.phase === 'moved-here') {
      const { movedChatId: chatId } = state;
      return { chatId, state: (await this.actors.read(chatDecider, chatId)).state, isLeft: false };
    }
    const number = state.phase === 'open' && state.kind === 'group' ? state.telegramChatId : null;
    return { chatId: own, state, isLeft: number !== null && number !== telegramChatId };
  }

  /**
   * Middleware. Telegram tells of a move in both places, in either order; it stands before everything that has to know the
   * chat, and whoever made the supergroup need not be known.
   */
  readonly noteMove = async (ctx: BotContext, next: () => Promise<void>): Promise<void> => {
    const { message } = ctx;
    if (message && 'migrate_to_chat_id' in message)
      await this.move(ctx, message.chat.id, message.migrate_to_chat_id);
    else if (message && 'migrate_from_chat_id' in message)
      await this.move(ctx, message.migrate_from_chat_id, message.chat.id);
    else await next();
  };

  private async move(ctx: BotContext, from: number, to: number): Promise<void> {
    const requestId = deriveId('telegram-update', this.identity.botId, ctx.update.update_id);
    await this.moveChat(this.idOf(from), to, requestId);
  }

  /** A chat of the log goes on under another number; where it is there already nothing changes. */
  async moveChat(movedChatId: string, to: number, requestId: string): Promise<void> {
    const chatId = this.idOf(to);
    const tell = (id: string, command: ChatCommand) =>
      this.actors.ask(chatDecider, id, command, {
        commandId: deriveId('telegram-command', requestId, id, command.type),
        ...{ correlationId: requestId, causationId: requestId },
        actor: { kind: 'system', id: 'telegram', owner: null },
      });
    const answer = await tell(movedChatId, { type: 'MoveChat', telegramChatId: to });
    // Nobody had begun to use the bot there: the new chat is one like any other.
    if (answer.kind === 'accepted') await tell(chatId, { type: 'AssignChatNumber', chatId, movedChatId });
  }

  private idOf(telegramChatId: number): string {
    const { botId, idSecret } = this.identity;
    return telegramChatIdOf(idSecret, botId, telegramChatId);
  }
}
