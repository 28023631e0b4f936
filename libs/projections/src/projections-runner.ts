import { Inject, Injectable, Logger } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import {
  CheckpointedConsumer,
  CheckpointedRunner,
  EventCodec,
  EventStore,
  Leadership,
  Position,
  FollowerStatus,
  waitForCheckpoints,
} from '@voxpersona/event-store';
import { Pool } from 'pg';
import { accessTrailProjection } from './access/access-trail.projection';
import { apiKeysProjection } from './access/api-keys.projection';
import { invitationsProjection } from './access/invitations.projection';
import { membersProjection } from './access/members.projection';
import { PassagesConsumer } from './passages/passages.projection';
import { recordingsProjection } from './recordings/recordings.projection';
import { reportsProjection } from './reports/reports.projection';
import { DocumentConsumer } from './runner/document-projection';
import { transcriptsProjection } from './transcripts/transcripts.projection';
import { IndexGenerations } from './vector-index/index-generations';

/** The one list of read models in PostgreSQL: a new one is added here, and its table in `migrations.ts`. */
function consumers(): CheckpointedConsumer<DomainEvent>[] {
  return [
    new DocumentConsumer(recordingsProjection),
    new DocumentConsumer(transcriptsProjection),
    new DocumentConsumer(reportsProjection),
    new DocumentConsumer(apiKeysProjection),
    new DocumentConsumer(membersProjection),
    new DocumentConsumer(invitationsProjection),
    new DocumentConsumer(accessTrailProjection),
    new PassagesConsumer(),
  ];
}

export const PROJECTIONS_EVENT_STORE = Symbol('ProjectionsEventStore');
export const PROJECTIONS_LEADERSHIP = Symbol('ProjectionsLeadership');

export type ProjectionName =
  | 'recordings'
  | 'transcripts'
  | 'reports'
  | 'api-keys'
  | 'members'
  | 'invitations'
  | 'access-trail'
  | 'passages'
  | 'vector-index';

/** Keeps all read models of this process up with the log. */
@Injectable()
export class ProjectionsRunner {
  private hasReadModels = false;
  private hasIndexes = false;
  private readonly runners: readonly CheckpointedRunner<DomainEvent>[];

  constructor(
    @Inject(PROJECTIONS_EVENT_STORE) store: EventStore,
    codec: EventCodec<DomainEvent>,
    private readonly pool: Pool,
    private readonly indexes: IndexGenerations,
    @Inject(PROJECTIONS_LEADERSHIP) leadership: Leadership,
  ) {
    const log = new Logger('Projections');
    this.runners = consumers().map(
      (consumer) => new CheckpointedRunner(store, codec, pool, consumer, leadership, log),
    );
  }

  /** Begins to keep the read models in PostgreSQL; of all processes one does so at a time. */
  startReadModels(): void {
    this.hasReadModels = true;
    for (const runner of this.runners) runner.start();
  }

  /** Begins to keep this process's own vector index. */
  async startIndexes(): Promise<void> {
    this.hasIndexes = true;
    await this.indexes.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.runners.map((runner) => runner.stop()), this.indexes.stop()]);
  }

  /** Of those that this process has. */
  get statuses(): { name: string; status: FollowerStatus }[] {
    return [
      ...(this.hasReadModels ? this.runners.map(({ name, status }) => ({ name, status })) : []),
      ...(this.hasIndexes ? [{ name: 'vector-index', status: this.indexes.followerStatus }] : []),
    ];
  }

  /** Waits until the named read models hold everything up to `position`; false when patience ran out. */
  async waitFor(names: readonly ProjectionName[], position: Position, patienceMs: number): Promise<boolean> {
    const startedAt = Date.now();
    const inPostgres = names.filter((name) => name !== 'vector-index');
    if (!(await waitForCheckpoints(this.pool, inPostgres, position, patienceMs))) return false;
    if (!names.includes('vector-index')) return true;
    return this.indexes.waitFor(position, Math.max(0, patienceMs - (Date.now() - startedAt)));
  }
}
