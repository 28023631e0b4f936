import { Module } from '@nestjs/common';
import { PipelineModule } from '@voxpersona/pipeline';
import { ProjectionsModule } from '@voxpersona/projections';
import { MetricsController } from './metrics.controller';
import { ServerMetrics } from './server-metrics';

@Module({
  imports: [PipelineModule, ProjectionsModule],
  controllers: [MetricsController],
  providers: [ServerMetrics],
})
export class MetricsModule {}
