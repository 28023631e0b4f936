import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ADAPTERS, Adapters } from '@voxpersona/composition';
import { EventStore, FollowerStatus } from '@voxpersona/event-store';
import { EVENT_STORE, JobQueue, OBJECT_STORAGE, ObjectStorage, PipelineRunner } from '@voxpersona/pipeline';
import { ProjectionsRunner } from '@voxpersona/projections';
import { Response } from 'express';

/** Longest wait for one check: a database that hangs is as good as gone. */
const CHECK_PATIENCE_MS = 3_000;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly pipeline: PipelineRunner,
    private readonly projections: ProjectionsRunner,
    private readonly jobs: JobQueue,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(ADAPTERS) private readonly adapters: Adapters,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process runs.' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Everything that serving needs is there; 503 names what is not.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const checks = [
      () => this.probe('event-store', () => this.store.check()),
      () => this.probe('object-storage', () => this.storage.check()),
      ...this.pipeline.sagas.map((saga) => () => this.runner(saga.name, saga.status)),
      ...this.projections.statuses.map(
        ({ name, status }) =>
          () =>
            this.runner(name, status),
      ),
    ];
    const result = await this.health.check(checks).catch((error: unknown) => {
      response.status(503);
      return (error as { getResponse(): object }).getResponse();
    });
    return { ...result, providers: this.providers(), parkedJobs: await this.parkedJobs() };
  }

  private async probe(name: string, check: () => Promise<void>): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_PATIENCE_MS);
    });
    try {
      await Promise.race([check(), patience]);
      return indicator.up();
    } catch {
      return indicator.down('cannot be reached');
    } finally {
      clearTimeout(timer);
    }
  }

  private runner(name: string, status: FollowerStatus): HealthIndicatorResult {
    const indicator = this.indicators.check(name);
    const { state, position } = status;
    const at = { state, position: position.toString() };
    if (state === 'running') return indicator.up({ ...at, caughtUp: status.caughtUp });
    // The reason may quote an event: it is in the log of the server, not here.
    return indicator.down({ ...at, ...(state === 'halted' && { at: status.at }) });
  }

  private providers(): object {
    const { speechToText, languageModel, embedder, reasons } = this.adapters;
    return {
      speechToText: { ...named(speechToText), because: reasons.speechToText },
      languageModel: { ...named(languageModel), because: reasons.languageModel },
      embedder: { ...embedder.identity, because: reasons.embedder },
    };
  }

  private async parkedJobs(): Promise<number | null> {
    return this.jobs.count('parked').catch(() => null);
  }
}

function named({ provider, model, note }: { provider: string; model: string; note: string }): object {
  return { provider, model, note };
}
