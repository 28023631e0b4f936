import { DomainEvent } from '@voxpersona/domain';
import { CheckpointedConsumer, Leadership, Recorded, START, toPosition } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { checkpointName, Generation, tableName } from './generation';
import { ERASING_EVENTS, ReadModel } from './read-model';
import { erasureCheckpoint } from './tables';

/**
 * Deletes what is erased from a generation that nobody feeds: a retired one, one of a version that no process has, or one
 * whose build stands still. It can still be read, but whoever goes on with it builds it anew from the log.
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
    if (await this.isLeftToOtherBuild()) return;
    const { rows } = await transaction.query<{ position: string }>(
      'SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE',
      [this.checkpoint],
    );
    const reached = rows[0] ? toPosition(rows[0].position) : START;
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

  /** A process of the build that has this version folds the erasure, which is better than to delete rows. */
  private async isLeftToOtherBuild(): Promise<boolean> {
    const { version } = this.generation;
    // Nobody feeds what is retired: the process that served it may still be letting go of it.
    if (version === this.model.version && this.generation.state === 'retired') return false;
    return (
      (await this.leadership.isRun(this.checkpoint, version)) ||
      (await this.leadership.isRun(`build ${this.checkpoint}`, version))
    );
  }
}
