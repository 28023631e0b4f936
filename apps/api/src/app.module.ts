import { DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { BotModule, botTokenOf } from '@voxpersona/bot';
import { Adapters, Foundation, FoundationModule } from '@voxpersona/composition';
import { PipelineModule } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { ProjectionsModule } from '@voxpersona/projections';
import { AccessTrailController } from './access/access-trail.controller';
import { InvitationsController } from './access/invitations.controller';
import { KeysController } from './access/keys.controller';
import { MembersController } from './access/members.controller';
import { OwnController } from './access/own.controller';
import { AsOf } from './as-of/as-of';
import { AccessGuard } from './auth/access.guard';
import { KeyCheck } from './auth/key-check';
import { RateLimits } from './auth/rate-limits';
import { Refusals } from './auth/refusals';
import { RefusalsInterceptor } from './auth/refusals.interceptor';
import { DirectoryController } from './directory/directory.controller';
import { HealthController } from './health/health.controller';
import { InputGuard } from './http/input-guard';
import { ReadAfter } from './http/read-after';
import { Idempotency } from './idempotency/idempotency';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor';
import { JobsController } from './jobs/jobs.controller';
import { JoinController } from './join/join.controller';
import { MetricsModule } from './metrics/metrics.module';
import { AuditController } from './operator/audit.controller';
import { OperatorAccess } from './operator/operator-access';
import { ProjectionsController } from './operator/projections.controller';
import { OpenStreams } from './progress/open-streams';
import { ProgressController } from './progress/progress.controller';
import { ProgressFeed } from './progress/progress-feed';
import { AudioController } from './recordings/audio.controller';
import { DetailsController } from './recordings/details.controller';
import { ListeningCopyController } from './recordings/listening-copy.controller';
import { RecordingFinder } from './recordings/recording-finder';
import { RecordingTrail } from './recordings/recording-trail';
import { RecordingsController } from './recordings/recordings.controller';
import { TranscriptController } from './recordings/transcript.controller';
import { UploadController } from './recordings/upload.controller';
import { UploadIntake } from './recordings/upload-intake';
import { CommissionController } from './reports/commission.controller';
import { ReportsController } from './reports/reports.controller';
import { ReprocessingsController } from './reprocessings/reprocessings.controller';
import { StartReprocessingController } from './reprocessings/start.controller';
import { SearchController } from './search/search.controller';
import { BotName } from './telegram/bot-name';
import { TelegramController } from './telegram/telegram.controller';
import { TrailController } from './trail/trail.controller';
import { TrailReader } from './trail/trail-reader';
import { LinkUploadController } from './upload-links/link-upload.controller';
import { SendController } from './upload-links/send.controller';
import { UploadLinksController } from './upload-links/upload-links.controller';

/** What a process answers that has the role `api`; its health and metrics every process tells. */
const API_CONTROLLERS = [
  UploadController,
  UploadLinksController,
  LinkUploadController,
  RecordingsController,
  TranscriptController,
  AudioController,
  ListeningCopyController,
  DetailsController,
  DirectoryController,
  ProgressController,
  CommissionController,
  ReportsController,
  StartReprocessingController,
  ReprocessingsController,
  SearchController,
  JobsController,
  OwnController,
  MembersController,
  InvitationsController,
  KeysController,
  AccessTrailController,
  // After the stream of progress, whose path would pass for the id of an event.
  TrailController,
  JoinController,
  SendController,
  TelegramController,
  ProjectionsController,
  AuditController,
];

/** Where the bot runs without the API: Telegram may call it there too. */
const BOT_CONTROLLERS = [TelegramController];

@Module({})
export class AppModule {
  static forRoot(environment: Environment, foundation: Foundation, adapters: Adapters): DynamicModule {
    return {
      module: AppModule,
      imports: [
        FoundationModule.forRoot(environment, foundation, adapters),
        PipelineModule,
        ProjectionsModule,
        MetricsModule,
        TerminusModule.forRoot({ logger: false }),
        ...botOf(environment, foundation),
      ],
      controllers: [HealthController, ...controllersOf(environment)],
      providers: [
        // In this order: who may not come in is told nothing about the body.
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: InputGuard },
        { provide: APP_INTERCEPTOR, useClass: RefusalsInterceptor },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        Refusals,
        KeyCheck,
        RateLimits,
        Idempotency,
        ReadAfter,
        UploadIntake,
        RecordingFinder,
        RecordingTrail,
        TrailReader,
        OperatorAccess,
        AsOf,
        OpenStreams,
        ProgressFeed,
        BotName,
      ],
    };
  }
}

function controllersOf({ ROLES: roles }: Environment) {
  if (roles.includes('api')) return API_CONTROLLERS;
  return roles.includes('bot') ? BOT_CONTROLLERS : [];
}

/** The bot, where this process is to run it and it has a token. */
function botOf(environment: Environment, foundation: Foundation): DynamicModule[] {
  const token = botTokenOf(environment);
  return token === undefined ? [] : [BotModule.forRoot(token, foundation)];
}
