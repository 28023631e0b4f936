import { EventEmitter } from 'node:events';
import { CallbackQueries } from './callback-queries';
import { BotStatus, ChatState, userWire } from './chat-state';
import { FileStore } from './files';
import { KeptMessage, MessageContent } from './message';
import { badRequest, Refusal } from './refusal';
import { CallbackAnswer, PersonProfile, Wire } from './types';
import { UpdateQueue } from './update-queue';

export interface BotProfile {
  readonly id: number;
  readonly username: string;
  readonly privacyMode: boolean;
}

/** Everything that one server knows: chats, people, files, updates. Both sides act on it; it judges no request. */
export class World {
  /** Emits 'change' after a message came, changed or went. */
  readonly changes = new EventEmitter().setMaxListeners(0);
  readonly chats = new Map<number, ChatState>();
  readonly people = new Map<number, PersonProfile>();
  readonly updates = new UpdateQueue();
  readonly files: FileStore;
  readonly queries: CallbackQueries;
  private revision = 0;

  constructor(
    readonly bot: BotProfile,
    options: { isLocal: boolean; queryTimeoutMs: number },
  ) {
    this.files = new FileStore(options.isLocal);
    this.queries = new CallbackQueries(options.queryTimeoutMs);
  }

  /**
   * The chat that a request names.
   *
   * @throws Refusal 400 "chat not found", or with the number of the supergroup that the group was made
   */
  reachable(id: number): ChatState {
    const chat = this.chat(id);
    const { movedTo } = chat;
    if (movedTo === undefined) return chat;
    const what = 'Bad Request: group chat was upgraded to a supergroup chat';
    throw new Refusal(400, what, { migrate_to_chat_id: movedTo });
  }

  /** @throws Refusal 400 "chat not found" */
  chat(id: number): ChatState {
    const chat = this.chats.get(id);
    if (!chat) throw badRequest('chat not found');
    return chat;
  }

  botWire(): Wire {
    return { id: this.bot.id, is_bot: true, first_name: 'Test bot', username: this.bot.username };
  }

  /** With the whole message that it replies to, and no further. */
  wireOf(message: KeptMessage): Wire {
    const { repliesTo } = message;
    const isReply = repliesTo !== undefined && !repliesTo.deleted;
    return { ...this.wireAlone(message), ...(isReply && { reply_to_message: this.wireAlone(repliesTo) }) };
  }

  /** A message of the bot. */
  post(chat: ChatState, content: MessageContent): KeptMessage {
    return this.keep(chat, 'bot', content);
  }

  /** A message of a person; the bot gets an update where it may see it. */
  say(chat: ChatState, person: PersonProfile, content: MessageContent): KeptMessage {
    const message = this.keep(chat, person, content);
    if (this.isSeen(chat, message)) this.update('message', this.wireOf(message), chat);
    return message;
  }

  edit(message: KeptMessage, content: MessageContent): void {
    this.revision += 1;
    message.edit(content, content.markup, this.revision);
    this.changes.emit('change');
    const chat = this.chat(message.chatId);
    if (message.from !== 'bot' && this.isSeen(chat, message))
      this.update('edited_message', this.wireOf(message), chat);
  }

  delete(message: KeptMessage): void {
    this.revision += 1;
    message.deleted = true;
    message.changedIn = this.revision;
    this.changes.emit('change');
  }

  /** A press; resolves when the bot answers. */
  press(message: KeptMessage, person: PersonProfile, data: string): Promise<CallbackAnswer> {
    const chat = this.chat(message.chatId);
    const { id, answered } = this.queries.ask();
    const seen = message.deleted
      ? { chat: chat.toWire(), message_id: message.id, date: 0 }
      : this.wireOf(message);
    const instance = `${chat.id}`;
    this.update(
      'callback_query',
      { id, from: userWire(person), message: seen, chat_instance: instance, data },
      chat,
    );
    return answered;
  }

  /** The bot is let in, made an administrator, blocked or removed; it is told so. */
  changeBotStatus(chat: ChatState, by: PersonProfile, status: BotStatus): void {
    const before = chat.botStatus;
    if (before === status) return;
    chat.botStatus = status;
    const member = (is: BotStatus): Wire => ({
      user: this.botWire(),
      status: is,
      ...(is === 'kicked' ? { until_date: 0 } : {}),
    });
    const body = {
      ...{ chat: chat.toWire(), from: userWire(by), date: Math.floor(Date.now() / 1_000) },
      ...{ old_chat_member: member(before), new_chat_member: member(status) },
    };
    this.update('my_chat_member', body, chat);
  }

  /** A group becomes a supergroup: another chat with the same people, whose messages count from 1. Both tell of the other. */
  upgrade(chat: ChatState, by: PersonProfile): ChatState {
    if (chat.kind !== 'group' || chat.movedTo !== undefined)
      throw new Error('Only a group becomes a supergroup');
    const made = new ChatState(chat.id - 1_000_000_000_000, 'supergroup', chat.title, chat.botStatus);
    for (const [id, member] of chat.members) made.members.set(id, member);
    this.chats.set(made.id, made);
    chat.movedTo = made.id;
    const nothingSaid = { text: '', entities: [] };
    this.say(chat, by, { ...nothingSaid, extras: { migrate_to_chat_id: made.id } });
    this.say(made, by, { ...nothingSaid, extras: { migrate_from_chat_id: chat.id } });
    return made;
  }

  private wireAlone(message: KeptMessage): Wire {
    const { from } = message;
    return message.toWire(
      this.chat(message.chatId).toWire(),
      from === 'bot' ? this.botWire() : userWire(from),
    );
  }

  private keep(chat: ChatState, from: 'bot' | PersonProfile, content: MessageContent): KeptMessage {
    this.revision += 1;
    const id = (chat.messages.at(-1)?.id ?? 0) + 1;
    const message = new KeptMessage(id, chat.id, from, content, this.revision);
    chat.messages.push(message);
    this.changes.emit('change');
    return message;
  }

  private update(kind: string, body: Wire, chat: ChatState): void {
    this.updates.add(kind, body, String(chat.id));
  }

  /** A bot outside of a group sees nothing; in privacy mode, as a plain member, only what is meant for it. */
  private isSeen(chat: ChatState, message: KeptMessage): boolean {
    if (chat.botStatus === 'left' || chat.botStatus === 'kicked') return false;
    if ('migrate_to_chat_id' in message.extras || 'migrate_from_chat_id' in message.extras) return true;
    if (!chat.isGroup || !this.bot.privacyMode || chat.botStatus === 'administrator') return true;
    const own = `@${this.bot.username}`.toLowerCase();
    const text = message.text.toLowerCase();
    return (
      message.repliesToBot ||
      message.entities.some(({ type, offset, length }) => {
        const part = text.slice(offset, offset + length);
        if (type === 'bot_command') return part.endsWith(own) || !part.includes('@');
        return type === 'mention' && part === own;
      })
    );
  }
}
