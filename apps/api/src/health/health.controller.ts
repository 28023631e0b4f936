import { Controller, Inject, Optional, Res } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { BotRunner } from '@voxpersona/bot';
import { ADAPTERS, Adapters, FOREIGN_EVENTS } from '@voxpersona/composition';
import { EventStore, EventStoreUnavailable, ForeignEvents, FollowerStatus } from '@voxpersona/event-store';
import {
  EVENT_STORE,
  JobQueue,
  OBJECT_STORAGE,
  ObjectStorage,
  PipelineRunner,
  ProviderFailure,
} from '@voxpersona/pipeline';
import { IndexGenerations, ProjectionsRunner } from '@voxpersona/projections';
import { Response } from 'express';
import { Handles } from '../contract/handles';
import { getLive, getReady } from './health.routes';

/** Longest wait for one check: a database that hangs is as good as gone. */
const CHECK_PATIENCE_MS = 3_000;

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly pipeline: PipelineRunner,
    private readonly projections: ProjectionsRunner,
    private readonly jobs: JobQueue,
    private readonly indexes: IndexGenerations,
    @Optional() @Inject(BotRunner) private readonly bot: BotRunner | undefined,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Optional() @Inject(FOREIGN_EVENTS) private readonly foreignEvents: ForeignEvents | undefined,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(ADAPTERS) private readonly adapters: Adapters,
  ) {}

  @Handles(getLive)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Handles(getReady)
  async ready(@Res({ passthrough: true }) response: Response): Promise<object> {
    const checks = [
      () => this.probe('event-store', () => this.store.check(), this.foreignEventsFound()),
      () => this.probe('object-storage', () => this.storage.check()),
      ...[...this.pipeline.statuses, ...(this.bot?.statuses ?? [])].map(
        ({ name, status }) =>
          () =>
            this.runner(name, status),
      ),
      ...this.projections.statuses.map(
        ({ name, status, failedBuild }) =>
          () =>
            // What serves goes on: whoever asks whether to send requests here gets the same answer.
            this.runner(name, status, failedBuild && { failedBuild }),
      ),
    ];
    const result = await this.health.check(checks).catch((error: unknown) => {
      response.status(503);
      return (error as { getResponse(): object }).getResponse();
    });
    return {
      ...result,
      providers: this.providers(),
      providerKeys: await this.providerKeys(),
      vectorIndex: await this.indexes.status().catch(() => null),
      parkedJobs: await this.parkedJobs(),
    };
  }

  private async probe(
    name: string,
    check: () => Promise<void>,
    more: object = {},
  ): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_PATIENCE_MS);
    });
    try {
      await Promise.race([check(), patience]);
      return indicator.up({ ...more });
    } catch (error) {
      // Their words are ours, and name settings, never values.
      const known = error instanceof EventStoreUnavailable || error instanceof ProviderFailure;
      return indicator.down(known ? error.message : 'cannot be reached');
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nothing while it is not known, and where no other program can write to the log. */
  private foreignEventsFound(): object {
    const found = this.foreignEvents?.found;
    return found ? { foreignEvents: { count: found.count, isAtLeast: found.isAtLeast } } : {};
  }

  private runner(name: string, status: FollowerStatus, more: object = {}): HealthIndicatorResult {
    const indicator = this.indicators.check(name);
    const { state, position } = status;
    const at = { state, position: position.toString(), ...more };
    if (state === 'standby') return indicator.up({ state, ...more });
    if (state === 'running') return indicator.up({ ...at, caughtUp: status.caughtUp });
    // The reason may quote an event: it is in the log of the server, not here.
    return indicator.down({ ...at, ...(state === 'halted' && { at: status.at }) });
  }

  private providers(): object {
    const { speechToText, languageModel, embedder, voiceActivity, reasons } = this.adapters;
    return {
      speechToText: { ...named(speechToText), because: reasons.speechToText },
      languageModel: { ...named(languageModel), because: reasons.languageModel },
      embedder: { ...embedder.identity, because: reasons.embedder },
      voiceActivity: {
        provider: voiceActivity?.provider ?? 'loudness',
        model: voiceActivity?.model ?? null,
        because: reasons.voiceActivity,
      },
    };
  }

  /** By fingerprint, without anything of the key itself: whoever may ask for this need not have a key of ours. */
  private async providerKeys(): Promise<object | null> {
    const pools = Object.entries(this.adapters.keyPools).map(async ([provider, pool]) => {
      const keys = await pool.status();
      return [provider, keys.map(({ hint: _hint, ...rest }) => rest)] as const;
    });
    return Promise.all(pools).then(Object.fromEntries, () => null) as Promise<object | null>;
  }

  private async parkedJobs(): Promise<number | null> {
    return this.jobs.count('parked').catch(() => null);
  }
}

function named({ provider, model, note }: { provider: string; model: string; note: string }): object {
  return { provider, model, note };
}
