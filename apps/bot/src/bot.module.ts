import { DynamicModule, Module } from '@nestjs/common';
import { ENVIRONMENT, Foundation } from '@voxpersona/composition';
import { PipelineModule } from '@voxpersona/pipeline';
import { Environment, ownTimeZone } from '@voxpersona/platform';
import { ProjectionsModule } from '@voxpersona/projections';
import { MessageRows, SendGate, Sender, SentLedger, UpdateInbox } from '@voxpersona/telegram';
import { createHmac } from 'node:crypto';
import { TelegrafModule } from 'nestjs-telegraf';
import { MembersOnly } from './access/members-only';
import { SignOn } from './access/sign-on';
import { BotRunner } from './bot-runner';
import { createCallbacks } from './callbacks';
import { Clips } from './clips/clips';
import { AnswerDetails } from './details/answer-details';
import { BotReader } from './faces/bot-reader';
import { CardFace } from './faces/card-face';
import { Faces } from './faces/faces';
import { ReportFace } from './faces/report-face';
import { StatusFace } from './faces/status-face';
import { Suggestions } from './faces/suggestions';
import { UploadLinks } from './links/upload-links';
import { BotContext } from './talk/bot-context';
import { ChatNumbers } from './talk/chat-numbers';
import { Talks } from './talk/talks';
import { createTexts } from './texts';
import { BOT_IDENTITY, botIdOf, CALLBACKS, TEXTS, TIME_ZONE, WEBHOOK_SECRET } from './tokens';
import { FloodGuard } from './transport/flood-guard';
import { Webhook } from './transport/webhook';
import { DetailsUpdate } from './updates/details.update';
import { EraseUpdate } from './updates/erase.update';
import { GroupsUpdate } from './updates/groups.update';
import { HousekeepingUpdate } from './updates/housekeeping.update';
import { InviteUpdate } from './updates/invite.update';
import { MediaUpdate } from './updates/media.update';
import { Pressed } from './updates/pressed';
import { RecordingsUpdate } from './updates/recordings.update';
import { RestUpdate } from './updates/rest.update';
import { SearchUpdate } from './updates/search.update';
import { StartUpdate } from './updates/start.update';

/** In the order in which they see an update: text is a question only where nothing before took it. */
const UPDATES = [
  StartUpdate,
  HousekeepingUpdate,
  RecordingsUpdate,
  DetailsUpdate,
  EraseUpdate,
  InviteUpdate,
  GroupsUpdate,
  MediaUpdate,
  SearchUpdate,
  RestUpdate,
];

/** What begins every update; a module of its own, because telegraf is made with it. */
@Module({})
class TalksModule {
  static forRoot(token: string, foundation: Foundation): DynamicModule {
    const { pool, telegramUpdateKey, telegramSigningKey, telegramIdSecret } = foundation;
    const botId = botIdOf(token);
    const gate = new SendGate(pool, botId);
    const providers = [
      ChatNumbers,
      Talks,
      FloodGuard,
      { provide: BOT_IDENTITY, useValue: { botId, idSecret: telegramIdSecret } },
      { provide: CALLBACKS, useValue: createCallbacks(telegramSigningKey) },
      { provide: TEXTS, useValue: createTexts() },
      {
        ...{ provide: TIME_ZONE, inject: [ENVIRONMENT] },
        useFactory: (environment: Environment) => environment.TIME_ZONE ?? ownTimeZone(),
      },
      { provide: WEBHOOK_SECRET, useValue: webhookSecretOf(telegramSigningKey, botId) },
      { provide: SendGate, useValue: gate },
      { provide: Sender, useValue: new Sender(gate) },
      { provide: SentLedger, useValue: new SentLedger(pool) },
      { provide: MessageRows, useValue: new MessageRows(pool) },
      { provide: UpdateInbox, useValue: new UpdateInbox(pool, telegramUpdateKey, botId) },
    ];
    return { module: TalksModule, imports: [PipelineModule], providers, exports: providers };
  }
}

/** The Telegram bot. Its sayings are in texts/, what messages show in faces/, what people do in updates/. */
@Module({})
export class BotModule {
  static forRoot(token: string, foundation: Foundation): DynamicModule {
    const talks = TalksModule.forRoot(token, foundation);
    return {
      module: BotModule,
      imports: [
        PipelineModule,
        ProjectionsModule,
        talks,
        TelegrafModule.forRootAsync({
          imports: [talks],
          inject: [ChatNumbers, Talks, FloodGuard, ENVIRONMENT],
          useFactory: (numbers: ChatNumbers, begin: Talks, flood: FloodGuard, environment: Environment) => ({
            token,
            options: {
              telegram: { apiRoot: environment.TELEGRAM_API_ROOT, webhookReply: false },
              // One that is given up while it runs on would be begun beside itself.
              handlerTimeout: Infinity,
              contextType: BotContext,
            },
            // Updates come by our own inbox.
            launchOptions: false as const,
            middlewares: [numbers.noteMove, begin.begin, flood.check] as never[],
          }),
        }),
      ],
      providers: [
        ...UPDATES,
        BotRunner,
        BotReader,
        MembersOnly,
        SignOn,
        Faces,
        StatusFace,
        CardFace,
        ReportFace,
        Suggestions,
        AnswerDetails,
        Clips,
        UploadLinks,
        Pressed,
        Webhook,
      ],
      exports: [BotRunner, Webhook],
    };
  }
}

/** The token, where this process is to run the bot and has one. */
export function botTokenOf({ ROLES: roles, TELEGRAM_BOT_TOKEN: token }: Environment): string | undefined {
  return roles.includes('bot') ? token : undefined;
}

/** Derived, so that every process knows it and nobody has to keep it. */
function webhookSecretOf(key: Buffer, botId: number): string {
  return createHmac('sha256', key).update(`webhook ${botId}`).digest('base64url');
}
