import { Inject, Injectable, Logger } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import {
  EventCodec,
  EventStore,
  Leadership,
  Position,
  FollowerStatus,
  waitForCheckpoints,
} from '@voxpersona/event-store';
import { PostgresListener } from '@voxpersona/platform';
import { Pool } from 'pg';
import { activeCheckpoints } from './generations/active-tables';
import { FailedBuild, GenerationKeeper } from './generations/generation-keeper';
import { OneAtATime } from './generations/one-at-a-time';
import { ProjectionName, READ_MODELS, VECTOR_INDEX } from './read-models';
import { IndexGenerations } from './vector-index/index-generations';

export const PROJECTIONS_EVENT_STORE = Symbol('ProjectionsEventStore');
export const PROJECTIONS_LEADERSHIP = Symbol('ProjectionsLeadership');

/** Keeps all read models of this process up with the log. */
@Injectable()
export class ProjectionsRunner {
  private hasReadModels = false;
  private hasIndexes = false;
  private readonly keepers: readonly GenerationKeeper[];

  constructor(
    @Inject(PROJECTIONS_EVENT_STORE) store: EventStore,
    codec: EventCodec<DomainEvent>,
    private readonly pool: Pool,
    listener: PostgresListener,
    private readonly indexes: IndexGenerations,
    @Inject(PROJECTIONS_LEADERSHIP) leadership: Leadership,
  ) {
    const log = new Logger('Projections');
    const builds = new OneAtATime();
    this.keepers = READ_MODELS.map(
      (model) => new GenerationKeeper(model, store, codec, pool, listener, leadership, builds, log),
    );
  }

  /** Begins to keep the read models in PostgreSQL; of all processes one does so at a time. */
  startReadModels(): void {
    this.hasReadModels = true;
    for (const keeper of this.keepers) keeper.start();
  }

  /** Begins to keep this process's own vector index. */
  async startIndexes(): Promise<void> {
    this.hasIndexes = true;
    await this.indexes.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.keepers.map((keeper) => keeper.stop()), this.indexes.stop()]);
  }

  /** Of those that this process has. */
  get statuses(): { name: string; status: FollowerStatus; failedBuild?: FailedBuild | undefined }[] {
    return [
      ...(this.hasReadModels
        ? this.keepers.map(({ name, status, failedBuild }) => ({ name, status, failedBuild }))
        : []),
      ...(this.hasIndexes ? [{ name: VECTOR_INDEX, status: this.indexes.followerStatus }] : []),
    ];
  }

  /** Waits until the named read models hold everything up to `position`; false when patience ran out. */
  async waitFor(names: readonly ProjectionName[], position: Position, patienceMs: number): Promise<boolean> {
    const startedAt = Date.now();
    const inPostgres = names.filter((name) => name !== VECTOR_INDEX);
    const serving = (): Promise<string[]> => activeCheckpoints(this.pool, inPostgres);
    if (!(await waitForCheckpoints(this.pool, serving, position, patienceMs))) return false;
    if (!names.includes(VECTOR_INDEX)) return true;
    return this.indexes.waitFor(position, Math.max(0, patienceMs - (Date.now() - startedAt)));
  }
}
