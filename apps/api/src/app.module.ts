import { DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
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
import { RecordingFinder } from './recordings/recording-finder';
import { RecordingTrail } from './recordings/recording-trail';
import { RecordingsController } from './recordings/recordings.controller';
import { TranscriptController } from './recordings/transcript.controller';
import { UploadController } from './recordings/upload.controller';
import { CommissionController } from './reports/commission.controller';
import { ReportsController } from './reports/reports.controller';
import { SearchController } from './search/search.controller';
import { TrailController } from './trail/trail.controller';
import { TrailReader } from './trail/trail-reader';

/** What a process answers that has the role `api`; its health and metrics every process tells. */
const API_CONTROLLERS = [
  UploadController,
  RecordingsController,
  TranscriptController,
  AudioController,
  DetailsController,
  DirectoryController,
  ProgressController,
  CommissionController,
  ReportsController,
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
  ProjectionsController,
  AuditController,
];

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
      ],
      controllers: [HealthController, ...(environment.ROLES.includes('api') ? API_CONTROLLERS : [])],
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
        RecordingFinder,
        RecordingTrail,
        TrailReader,
        OperatorAccess,
        AsOf,
        OpenStreams,
        ProgressFeed,
      ],
    };
  }
}
