import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  Follower,
  FollowerMetrics,
  JobMetrics,
  measureCommands,
  OnDemand,
  readOnDemand,
  SweeperMetrics,
  VectorIndexMetrics,
} from '@voxpersona/composition';
import { EventStore } from '@voxpersona/event-store';
import { EVENT_STORE, PipelineRunner, Sweeper } from '@voxpersona/pipeline';
import { IndexGenerations, ProjectionsRunner } from '@voxpersona/projections';
import { Pool } from 'pg';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Longest wait for figures of the database: without them the rest is told all the same. */
const PATIENCE_MS = 3_000;

/** Puts the server's instruments in place, and reads them. */
@Injectable()
export class ServerMetrics {
  private readonly onDemand: readonly OnDemand[];

  constructor(
    private readonly registry: Registry,
    pool: Pool,
    commands: CommandBus,
    sweeper: Sweeper,
    private readonly pipeline: PipelineRunner,
    private readonly projections: ProjectionsRunner,
    indexes: IndexGenerations,
    @Inject(EVENT_STORE) store: EventStore,
  ) {
    collectDefaultMetrics({ register: registry });
    measureCommands(commands, registry);
    this.onDemand = [
      new FollowerMetrics(registry, store, () => this.followers()),
      new JobMetrics(registry, pool),
      new SweeperMetrics(registry, sweeper.totals),
      new VectorIndexMetrics(registry, () => indexes.missingVectors),
    ];
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Everything that was measured, in the Prometheus text format. */
  async text(): Promise<string> {
    await readOnDemand(this.onDemand, PATIENCE_MS);
    return this.registry.metrics();
  }

  private followers(): Follower[] {
    return [
      ...this.pipeline.statuses.map((saga) => ({ kind: 'saga' as const, ...saga })),
      ...this.projections.statuses.map((projection) => ({ kind: 'projection' as const, ...projection })),
    ];
  }
}
