import { Inject, Injectable, Logger } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import { FollowerStatus, Leadership, LogReader, Position } from '@voxpersona/event-store';
import { PostgresListener } from '@voxpersona/platform';
import { Pool } from 'pg';
import { FailedBuild, GenerationKeeper } from './generations/generation-keeper';
import { ProjectionName, READ_MODELS, VECTOR_INDEX } from './read-models';
import { ServedPosition } from './serving/served-position';
import { IndexGenerations } from './vector-index/index-generations';

export const PROJECTIONS_LEADERSHIP = Symbol('ProjectionsLeadership');

/** Keeps all read models of this process up with the log. */
@Injectable()
export class ProjectionsRunner {
  private hasReadModels = false;
  private hasIndexes = false;
  private readonly keeper: GenerationKeeper;

  constructor(
    reader: LogReader<DomainEvent>,
    pool: Pool,
    listener: PostgresListener,
    private readonly indexes: IndexGenerations,
    private readonly served: ServedPosition,
    @Inject(PROJECTIONS_LEADERSHIP) leadership: Leadership,
  ) {
    const log = new Logger('Projections');
    const { reached: onMoved } = served;
    this.keeper = new GenerationKeeper(READ_MODELS, { reader, pool, listener, leadership, log, onMoved });
  }

  /** Begins to keep the read models in PostgreSQL; of all processes one does so at a time. */
  startReadModels(): void {
    this.hasReadModels = true;
    this.keeper.start();
  }

  /** Begins to keep this process's own vector index. */
  async startIndexes(): Promise<void> {
    this.hasIndexes = true;
    await this.indexes.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.keeper.stop(), this.indexes.stop()]);
  }

  /** Of those that this process has. */
  get statuses(): { name: string; status: FollowerStatus; failedBuild?: FailedBuild | undefined }[] {
    return [
      ...(this.hasReadModels ? this.keeper.statuses : []),
      ...(this.hasIndexes ? [{ name: VECTOR_INDEX, status: this.indexes.followerStatus }] : []),
    ];
  }

  /** Waits until the named read models hold everything up to `position`; false when patience ran out. */
  async waitFor(names: readonly ProjectionName[], position: Position, patienceMs: number): Promise<boolean> {
    const startedAt = Date.now();
    const inPostgres = names.filter((name) => name !== VECTOR_INDEX);
    if (!(await this.served.waitFor(inPostgres, position, patienceMs))) return false;
    if (!names.includes(VECTOR_INDEX)) return true;
    return this.indexes.waitFor(position, Math.max(0, patienceMs - (Date.now() - startedAt)));
  }
}
