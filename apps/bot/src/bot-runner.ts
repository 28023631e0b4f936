import { Inject, Injectable, Logger } from '@nestjs/common';
import { ENVIRONMENT } from '@voxpersona/composition';
import { chatDecider, deriveId, DomainEvent } from '@voxpersona/domain';
import { Actors, CheckpointedRunner, FollowerStatus, Leadership, LogReader } from '@voxpersona/event-store';
import { LEADERSHIP } from '@voxpersona/pipeline';
import { aborted, Environment, PostgresListener } from '@voxpersona/platform';
import {
  ChatLocks,
  MessageKeeper,
  MessageRows,
  MessagesConsumer,
  ReceivedUpdate,
  Sender,
  SendGate,
  SentLedger,
  toSendFailure,
  UpdateInbox,
  UpdateRunner,
} from '@voxpersona/telegram';
import { randomUUID } from 'node:crypto';
import { InjectBot } from 'nestjs-telegraf';
import { Pool } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { Telegraf } from 'telegraf';
import { Update } from 'telegraf/types';
import { Faces } from './faces/faces';
import { UploadLinks } from './links/upload-links';
import { BotContext } from './talk/bot-context';
import { ChatNumbers } from './talk/chat-numbers';
import { Texts } from './texts';
import { BOT_IDENTITY, BotIdentity, TEXTS, WEBHOOK_SECRET } from './tokens';
import { tellCommands } from './transport/command-list';
import { ALLOWED_UPDATES } from './transport/incoming';
import { Poller } from './transport/poller';
import { WEBHOOK_PATH } from './transport/webhook';

const RETRY_MS = 5_000;
const FORGET_MS = 3_600_000;

/** Everything of the bot that runs in a process: updates in, messages out, and what keeps both going. */
@Injectable()
export class BotRunner {
  private readonly log = new Logger('Bot');
  private readonly stopping = new AbortController();
  private readonly poller: Poller;
  private readonly updates: UpdateRunner;
  private readonly messages: CheckpointedRunner<DomainEvent>;
  private readonly keeper: MessageKeeper;
  private background: Promise<unknown> = Promise.resolve();
  private isStarted = false;
  private isListening = false;

  constructor(
    @InjectBot() private readonly bot: Telegraf<BotContext>,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    reader: LogReader<DomainEvent>,
    @Inject(LEADERSHIP) private readonly leadership: Leadership,
    @Inject(BOT_IDENTITY) identity: BotIdentity,
    @Inject(WEBHOOK_SECRET) private readonly webhookSecret: string,
    @Inject(TEXTS) private readonly texts: Texts,
    private readonly actors: Actors<DomainEvent>,
    private readonly ledger: SentLedger,
    private readonly links: UploadLinks,
    private readonly gate: SendGate,
    pool: Pool,
    listener: PostgresListener,
    inbox: UpdateInbox,
    rows: MessageRows,
    private readonly sender: Sender,
    faces: Faces,
    numbers: ChatNumbers,
  ) {
    takeOver(bot);
    const { log } = this;
    this.poller = new Poller(bot.telegram, inbox, leadership, identity);
    this.updates = new UpdateRunner({
      ...{ inbox, listener, log, locks: new ChatLocks(pool) },
      handle: (update) => this.handle(update),
      giveUp: (update) => this.giveUp(update),
    });
    this.messages = new CheckpointedRunner(reader, pool, new MessagesConsumer(), leadership, log);
    this.keeper = new MessageKeeper({
      ...{ rows, sender, listener, log },
      face: (message) => faces.of(message),
      onChatGone: (chatId) => this.closeChat(chatId),
      onChatMoved: (chatId, telegramChatId) => numbers.moveChat(chatId, telegramChatId, randomUUID()),
    });
  }

  /** Of what follows the log here. */
  get statuses(): { name: string; status: FollowerStatus }[] {
    return this.isStarted ? [{ name: this.messages.name, status: this.messages.status }] : [];
  }

  /** @param url where this process listens; links begin with it where PUBLIC_URL is not set */
  start(url: string): void {
    this.isStarted = true;
    this.links.listeningUrl = url;
    if (this.environment.PUBLIC_URL === undefined)
      this.log.warn(
        'PUBLIC_URL is not set: links for files over the limit of Telegram lead to this machine alone',
      );
    this.messages.start();
    this.background = Promise.all([this.keepMessages(), this.meetTelegram(), this.forgetOld()]);
    if (this.environment.TELEGRAM_UPDATES === 'polling') this.poller.start();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    if (!this.isStarted) return;
    // Who waits for their turn to send goes on after the next start.
    this.gate.close();
    await Promise.all([this.poller.stop(), this.messages.stop(), this.background]);
    if (this.isListening) await this.updates.stop();
  }

  private async handle({ content }: ReceivedUpdate): Promise<void> {
    await this.bot.handleUpdate(content as Update);
  }

  /** The last word on an update that could not be dealt with. */
  private async giveUp({ content, chatId }: ReceivedUpdate): Promise<void> {
    const update = content as Update;
    const message = 'message' in update ? update.message : undefined;
    if (message?.chat.type !== 'private') return;
    const texts = this.texts(message.from.language_code?.startsWith('ru') ? 'ru' : 'en');
    const text = texts.text('failure.generic').toString();
    await this.sender.send({ chatId, isGroup: false }, () =>
      this.bot.telegram.sendMessage(message.chat.id, text),
    );
  }

  /** Messages are kept by one process at a time. */
  private async keepMessages(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      const turn = await this.leadership.lead('telegram-keeper', 1, signal);
      if (!turn) return;
      this.keeper.start();
      await aborted(AbortSignal.any([signal, turn.lost]));
      await this.keeper.stop();
      await turn.end();
    }
  }

  /** Tells Telegram the commands and, where it is to call us, where; until that has come about. */
  private async meetTelegram(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        // Without it telegraf would ask for it by itself, and never again where that failed.
        this.bot.botInfo ??= await this.bot.telegram.getMe();
        if (!this.isListening) this.updates.start();
        this.isListening = true;
        await tellCommands(this.bot.telegram, this.texts);
        if (this.environment.TELEGRAM_UPDATES === 'webhook') await this.setWebhook();
        this.log.log(`Telegram knows us as @${this.bot.botInfo.username}`);
        return;
      } catch (error) {
        this.log.warn(`Telegram: ${toSendFailure(error).message}; again in ${RETRY_MS / 1_000} s`);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async setWebhook(): Promise<void> {
    await this.bot.telegram.setWebhook(`${this.environment.PUBLIC_URL ?? ''}${WEBHOOK_PATH}`, {
      secret_token: this.webhookSecret,
      allowed_updates: [...ALLOWED_UPDATES],
    });
  }

  private async forgetOld(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.ledger.forgetOld().catch((error: unknown) => {
        this.log.warn(`Old notes cannot be deleted: ${error instanceof Error ? error.message : 'unknown'}`);
      });
      await sleep(FORGET_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async closeChat(chatId: string): Promise<void> {
    const requestId = randomUUID();
    await this.actors.ask(
      chatDecider,
      chatId,
      { type: 'CloseChat' },
      {
        commandId: deriveId('telegram-command', requestId, chatId, 'CloseChat'),
        ...{ correlationId: requestId, causationId: requestId },
        actor: { kind: 'system', id: 'telegram', owner: null },
      },
    );
  }
}

/** What goes wrong is ours to deal with, not telegraf's, which would only log it; and we start and stop it, not Nest. */
function takeOver(bot: Telegraf<BotContext>): void {
  bot.catch((error) => {
    // Told as what it means: the words of some errors hold the address that was called, and so the token.
    throw toSendFailure(error);
  });
  bot.stop = () => undefined;
}
