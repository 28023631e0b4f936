import { DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Adapters, Foundation, FoundationModule } from '@voxpersona/composition';
import { PipelineModule } from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import { ProjectionsModule } from '@voxpersona/projections';
import { HealthController } from './health/health.controller';
import { ReadAfter } from './http/read-after';
import { MetricsModule } from './metrics/metrics.module';
import { RecordingTrail } from './recordings/recording-trail';
import { RecordingsController } from './recordings/recordings.controller';
import { ReportsController } from './reports/reports.controller';
import { SearchController } from './search/search.controller';

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
      controllers: [RecordingsController, ReportsController, SearchController, HealthController],
      providers: [ReadAfter, RecordingTrail],
    };
  }
}
