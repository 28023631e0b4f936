import { DomainEvent } from '@voxpersona/domain';
import {
  CheckpointedConsumer,
  EventFilter,
  Leadership,
  Recorded,
  StoredEvent,
} from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { checkpointName, Generation, tableName } from './generation';
import { parkEvent } from './parked-events';
import { ERASING_EVENTS, ReadModel } from './read-model';
import { erasureCheckpoint } from './tables';

/** Keeps a complete generation up with the log. Lenient: it goes on without an event that cannot be applied, and shows it. */
export class GenerationConsumer implements CheckpointedConsumer<DomainEvent> {
  readonly name: string;
  readonly version: number;
  readonly filter: EventFilter;
  private readonly table: string;

  constructor(
    private readonly model: ReadModel,
    private readonly generation: number,
  ) {
    this.name = checkpointName(model.name, generation);
    this.version = model.version;
    this.filter = model.filter;
    this.table = tableName(model.table, generation);
  }

  apply(events: readonly Recorded<DomainEvent>[], transaction: PoolClient): Promise<void> {
    return this.model.apply(events, this.table, transaction);
  }

  park(event: StoredEvent, reason: string, transaction: PoolClient): Promise<void> {
    return parkEvent(transaction, this.model.name, this.generation, event, reason);
  }

  async reset(transaction: PoolClient): Promise<void> {
    await transaction.query(`DELETE FROM ${this.table}`);
    await transaction.query('DELETE FROM parked_events WHERE projection = $1 AND generation = $2', [
      this.model.name,
      this.generation,
    ]);
  }
}

/**
 * Cuts what is erased out of a generation that nobody goes on with: one of another version than any process has, or one
 * whose building stands still. It can be read then until the next one serves, but not be gone on with.
 */
export class ErasureConsumer implements CheckpointedConsumer<DomainEvent> {
  readonly name: string;
  readonly version = 1;
  readonly filter = ERASING_EVENTS;
  private readonly checkpoint: string;

  constructor(
    private readonly model: ReadModel,
    private readonly generation: Generation,
    private readonly leadership: Leadership,
  ) {
    this.checkpoint = checkpointName(model.name, generation.generation);
    this.name = erasureCheckpoint(this.checkpoint);
  }

  async apply(events: readonly Recorded<DomainEvent>[], transaction: PoolClient): Promise<void> {
    // Whoever knows this version does it as it should be done.
    const { version } = this.generation;
    if (await this.leadership.isRun(this.checkpoint, version)) return;
    if (await this.leadership.isRun(`build ${this.checkpoint}`, version)) return;
    const { rows } = await transaction.query<{ position: string }>(
      'SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE',
      [this.checkpoint],
    );
    const reached = BigInt(rows[0]?.position ?? 0);
    let found = false;
    for (const event of events) {
      if (event.position <= reached || (event.type === 'MemberRemoved' && !event.data.nameErased)) continue;
      const table = tableName(this.model.table, this.generation.generation);
      found = (await this.model.erase(event, table, transaction)) || found;
    }
    if (!found) return;
    await transaction.query(
      'UPDATE projection_generations SET pruned = true WHERE projection = $1 AND generation = $2',
      [this.model.name, this.generation.generation],
    );
  }

  async reset(): Promise<void> {
    return Promise.resolve();
  }
}
