import { MenuCommand, CommandMenus } from './api-methods/command-menus';
import { ChatReading, kept } from './chat-reading';
import { ChatState, userWire } from './chat-state';
import { trimmed, withFoundEntities } from './entities';
import { attach, attachKept, MediaInfo } from './media';
import { inTopic, KeptMessage, MediaKind, MessageContent } from './message';
import { CallbackAnswer, ChatMessage, FileContent, PersonProfile, Wire } from './types';
import { World } from './world';

export interface SayOptions {
  replyTo?: ChatMessage;
  /** Of a group with topics. */
  topic?: number;
}

export interface SendOptions extends SayOptions, MediaInfo {
  caption?: string;
  /** Who first sent it: somebody whom the bot may know, or only the name of one who hides their account. */
  forwardedFrom?: PersonProfile | string;
}

export interface AlbumItem extends SendOptions {
  kind: 'document' | 'audio' | 'photo' | 'video';
  content: FileContent;
}

/**
 * The button to press: its label, or what the label is like, in the newest message that has it or in a named one; or a message
 * with one button.
 */
export type PressTarget = string | RegExp | { text: string | RegExp; in?: ChatMessage } | ChatMessage;

const PRESS_MS = 30_000;
const SMALL_PICTURE = Buffer.from('picture');

/** One chat, in which one person acts. */
export class Chat extends ChatReading {
  constructor(
    world: World,
    state: ChatState,
    readonly person: PersonProfile,
    private readonly menus: CommandMenus,
  ) {
    super(world, state);
  }

  say(text: string, options: SayOptions = {}): ChatMessage {
    return this.send({ ...formattedBy(text), ...repliesTo(options), extras: topicExtras(options) });
  }

  /**
   * Opens the bot or a link to it, and presses Start; unblocks it where it was blocked.
   *
   * @param payload of the link: at most 64 of A-Z a-z 0-9 _ -
   */
  start(payload?: string): ChatMessage {
    if (payload !== undefined && !/^[\w-]{1,64}$/.test(payload))
      throw new Error(`Telegram opens no link with the payload "${payload}"`);
    if (!this.state.isGroup && this.state.botStatus === 'kicked') this.unblock();
    return this.say(payload === undefined ? '/start' : `/start ${payload}`);
  }

  sendVoice(content: FileContent, options: SendOptions = {}): ChatMessage {
    return this.sendFile('voice', content, options);
  }

  sendAudio(content: FileContent, options: SendOptions = {}): ChatMessage {
    return this.sendFile('audio', content, options);
  }

  sendVideo(content: FileContent, options: SendOptions = {}): ChatMessage {
    return this.sendFile('video', content, options);
  }

  sendVideoNote(content: FileContent, options: SendOptions = {}): ChatMessage {
    return this.sendFile('video_note', content, options);
  }

  sendDocument(content: FileContent, options: SendOptions = {}): ChatMessage {
    return this.sendFile('document', content, options);
  }

  sendPhoto(content: FileContent = SMALL_PICTURE, options: SendOptions = {}): ChatMessage {
    return this.sendFile('photo', content, options);
  }

  sendSticker(content: FileContent = SMALL_PICTURE): ChatMessage {
    return this.sendFile('sticker', content, {});
  }

  /** Several files at once: messages with one media_group_id; of an album that comes bit by bit each call names the same. */
  album(
    items: readonly AlbumItem[],
    group = String(Date.now()) + String(Math.floor(Math.random() * 1e6)),
  ): ChatMessage[] {
    return items.map(({ kind, content, ...options }) =>
      this.sendFile(kind, content, options, { media_group_id: group }),
    );
  }

  /** Sends here what stands there; its file is the same, under a new id. */
  forward(message: ChatMessage): ChatMessage {
    const { attachment, text, entities, from, extras } = kept(message);
    const copy =
      attachment && attachKept(this.world.files, attachment.kind, attachment.file, attachment.about);
    const sender = from === 'bot' ? this.world.botWire() : userWire(from);
    const origin = { type: 'user', sender_user: sender, date: message.date };
    return this.send({
      ...{ text, entities: [...entities] },
      ...(copy ? { attachment: copy } : {}),
      extras: { forward_origin: extras.forward_origin ?? origin },
    });
  }

  /**
   * Presses a button, and waits for what the bot says to it.
   *
   * @throws Error when there is no such button, it does not call the bot, or no answer came in time
   */
  async press(target: PressTarget, { timeoutMs = PRESS_MS } = {}): Promise<CallbackAnswer> {
    const { message, label, data } = this.buttonOf(target);
    if (data === undefined)
      throw new Error(`"${label}" opens an address and calls no bot\n${this.transcript()}`);
    return this.pressRaw(message, data, { timeoutMs });
  }

  /** A press with any data, on any message, as a forged client makes it; fails as `press` does. */
  async pressRaw(message: ChatMessage, data: string, { timeoutMs = PRESS_MS } = {}): Promise<CallbackAnswer> {
    const answered = this.world.press(kept(message), this.person, data);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`No answer to "${data}" in ${timeoutMs} ms.\n${this.transcript()}`));
      }, timeoutMs);
    });
    return Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }

  /** Corrects a message of one's own. */
  editsOwn(message: ChatMessage, text: string): void {
    const own = kept(message);
    if (own.from === 'bot' || own.from.id !== this.person.id)
      throw new Error('People edit only what they wrote');
    this.world.edit(own, formattedBy(text));
  }

  /** Takes a message out of the chat for both sides; the bot is not told. */
  deleteMessage(message: ChatMessage): void {
    this.world.delete(kept(message));
  }

  /** Lets time pass for one message: what Telegram allows depends on how old it is. */
  age(message: ChatMessage, hours: number): void {
    kept(message).date -= hours * 3_600;
  }

  block(): void {
    this.requirePrivate();
    this.world.changeBotStatus(this.state, this.person, 'kicked');
  }

  unblock(): void {
    this.requirePrivate();
    if (this.state.botStatus === 'kicked') this.world.changeBotStatus(this.state, this.person, 'member');
  }

  addsBot(options: { asAdmin?: boolean } = {}): void {
    this.requireGroup();
    this.world.changeBotStatus(this.state, this.person, options.asAdmin ? 'administrator' : 'member');
    this.send({ ...formattedBy(''), extras: { new_chat_members: [this.world.botWire()] } });
  }

  removesBot(): void {
    this.requireGroup();
    this.world.changeBotStatus(this.state, this.person, 'kicked');
  }

  /** The commands that the person's client offers here. */
  get menu(): MenuCommand[] {
    const status = this.state.members.get(this.person.id)?.status;
    return this.menus.shownTo({
      ...{ chatId: this.id, userId: this.person.id, isGroup: this.state.isGroup },
      isAdmin: status === 'creator' || status === 'administrator',
      languageCode: this.person.languageCode,
    });
  }

  private sendFile(
    kind: MediaKind,
    content: FileContent,
    options: SendOptions,
    extras: Wire = {},
  ): ChatMessage {
    const { caption = '', forwardedFrom, topic: _topic, ...info } = options;
    return this.send({
      ...formattedBy(caption),
      ...repliesTo(options),
      attachment: attach(this.world.files, kind, content, info),
      extras: {
        ...extras,
        ...topicExtras(options),
        ...(forwardedFrom === undefined ? {} : { forward_origin: originOf(forwardedFrom) }),
      },
    });
  }

  private send(content: MessageContent): ChatMessage {
    const { state, person } = this;
    if (state.movedTo !== undefined) throw new Error('Nobody writes in a group that is a supergroup by now');
    if (!state.isGroup && state.botStatus === 'kicked')
      throw new Error(`${person.firstName} has blocked the bot and cannot write to it`);
    if (!state.isGroup) state.botStatus = 'member';
    return this.world.say(state, person, content);
  }

  private buttonOf(target: PressTarget): { message: KeptMessage; label: string; data: string | undefined } {
    if (typeof target === 'object' && 'buttons' in target) {
      const buttons = target.buttons.flat();
      const only = buttons.length === 1 ? buttons[0] : undefined;
      if (!only || target.deleted)
        throw new Error(`Message #${target.id} has no single button to press\n${this.transcript()}`);
      return { message: kept(target), label: only.text, data: only.data };
    }
    const { text, in: within }: { text: string | RegExp; in?: ChatMessage } =
      typeof target === 'string' || target instanceof RegExp ? { text: target } : target;
    const isMeant = (label: string): boolean =>
      typeof text === 'string' ? label === text : text.test(label);
    for (const message of this.state.messages.toReversed()) {
      if (message.deleted || (within && message !== within)) continue;
      const button = message.buttons.flat().find((one) => isMeant(one.text));
      if (button) return { message, label: button.text, data: button.data };
    }
    throw new Error(`There is no button "${String(text)}"\n${this.transcript()}`);
  }

  private requirePrivate(): void {
    if (this.state.isGroup)
      throw new Error('A bot is blocked in the chat with it; from a group it is removed');
  }

  private requireGroup(): void {
    if (!this.state.isGroup) throw new Error('A bot is added to groups and removed from them');
  }
}

function formattedBy(text: string): { text: string; entities: KeptMessage['entities'] } {
  return withFoundEntities(trimmed({ text, entities: [] }));
}

function repliesTo({ replyTo }: SayOptions): { replyTo?: KeptMessage } {
  return replyTo ? { replyTo: kept(replyTo) } : {};
}

function topicExtras({ topic }: SayOptions): Wire {
  return topic === undefined ? {} : inTopic(topic);
}

function originOf(from: PersonProfile | string): Wire {
  const date = Math.floor(Date.now() / 1_000) - 60;
  return typeof from === 'string'
    ? { type: 'hidden_user', sender_user_name: from, date }
    : { type: 'user', sender_user: userWire(from), date };
}
