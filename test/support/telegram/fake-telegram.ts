import { randomBytes } from 'node:crypto';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { ApiFront } from './api-front';
import { CommandMenus } from './api-methods/command-menus';
import { BotStatus, ChatState } from './chat-state';
import { LongPoll } from './long-poll';
import { Group, Person } from './person';
import { ApiCall, FakeTelegramOptions, Fault, PersonProfile, Violation } from './types';
import { WebhookDelivery } from './webhook-delivery';
import { World } from './world';

/**
 * Telegram on loopback, for one bot: speaks the Bot API over real HTTP, and lets people write, press and read. What it knows
 * is its own: the bot may die and come back.
 */
export class FakeTelegram {
  private readonly world: World;
  private readonly menus = new CommandMenus();
  private readonly webhook: WebhookDelivery;
  private readonly front: ApiFront;
  private readonly server: Server;
  private nextPerson = 500_001;
  private nextGroup = 1;

  private constructor(
    readonly token: string,
    options: FakeTelegramOptions,
  ) {
    const isLocal = options.localServer ?? false;
    const bot = {
      id: Number(token.split(':')[0]),
      username: options.botUsername ?? 'vox_test_bot',
      privacyMode: options.privacyMode ?? false,
    };
    this.world = new World(bot, { isLocal, queryTimeoutMs: options.queryTimeoutMs ?? 15_000 });
    this.webhook = new WebhookDelivery(this.world.updates, {
      pauseMs: options.webhookPauseMs ?? 100,
      isBehindTlsProxy: options.webhooksBehindTlsProxy ?? false,
      onReply: (method, body) => void this.front.carryOut(method, body),
    });
    const { world, webhook, menus } = this;
    this.front = new ApiFront(
      { world, webhook, menus, poll: new LongPoll(world.updates) },
      { token, isLocal, enforcesLimits: options.limits === 'enforce' },
    );
    this.server = createServer((request, response) => void this.front.handle(request, response));
    // A body of 2 GB takes its time.
    this.server.requestTimeout = 0;
  }

  static async start(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
    const token =
      options.token ??
      `${700_000_000 + Math.floor(Math.random() * 1e8)}:${randomBytes(26).toString('base64url')}`;
    const telegram = new FakeTelegram(token, options);
    await listenOnLoopback(telegram.server);
    return telegram;
  }

  async stop(): Promise<void> {
    this.webhook.stop();
    await endServer(this.server);
    this.world.files.dispose();
  }

  /** For telegraf: `telegram: { apiRoot }`. */
  get apiRoot(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get botUsername(): string {
    return this.world.bot.username;
  }

  /** Every request that the bot made, in order. */
  get calls(): readonly ApiCall[] {
    return this.front.calls;
  }

  callsOf(method: string): readonly ApiCall[] {
    return this.front.calls.filter((call) => call.method === method);
  }

  /** Every send or edit beyond what Telegram allows; empty is what a test wants. */
  get violations(): readonly Violation[] {
    return this.front.violations;
  }

  /** Updates that the bot has not confirmed yet. */
  get pendingUpdates(): number {
    return this.world.updates.all.length;
  }

  /** @param method a method of the Bot API, 'download' for files, or '*' for every call */
  failNext(method: string, fault: Fault): void {
    this.front.faults.add(method, fault);
  }

  user(profile: Omit<PersonProfile, 'id'> & { id?: number }): Person {
    const person = new Person(this.world, this.menus, { ...profile, id: profile.id ?? this.nextPerson++ });
    if (this.world.people.has(person.id)) throw new Error(`There is a person ${person.id} already`);
    this.world.people.set(person.id, person);
    const chat = new ChatState(person.id, 'private', person.firstName, 'left');
    chat.members.set(person.id, { person, status: 'member' });
    this.world.chats.set(chat.id, chat);
    return person;
  }

  /** The first of the admins is the one who made the group. The bot is in it unless told otherwise. */
  group(about: {
    title: string;
    members: readonly Person[];
    admins?: readonly Person[];
    kind?: 'group' | 'supergroup';
    bot?: BotStatus;
  }): Group {
    const kind = about.kind ?? 'group';
    const number = this.nextGroup++;
    const id = kind === 'group' ? -4_000_000_000 - number : -1_002_000_000_000 - number;
    const state = new ChatState(id, kind, about.title, about.bot ?? 'member');
    for (const person of about.members) state.members.set(person.id, { person, status: 'member' });
    for (const [index, person] of (about.admins ?? []).entries())
      state.members.set(person.id, { person, status: index === 0 ? 'creator' : 'administrator' });
    this.world.chats.set(id, state);
    return new Group(this.world, state, this.menus);
  }
}

export type { Chat } from './chat';
export type { Group, Person } from './person';
export type {
  ApiCall,
  Button,
  CallbackAnswer,
  ChatMessage,
  FakeTelegramOptions,
  Fault,
  Violation,
} from './types';
import { endServer, listenOnLoopback } from '../loopback';
