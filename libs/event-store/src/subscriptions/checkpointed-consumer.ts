import { PoolClient } from 'pg';
import { NewEvent, Recorded } from '../codec/event-codec';
import { EventFilter, StoredEvent } from '../port/event-store';

/** Something that follows the log and writes to PostgreSQL: a saga's jobs, a read model's rows. */
export interface CheckpointedConsumer<E extends NewEvent> {
  /** Name of its checkpoint; never changes. */
  readonly name: string;
  /** Raised when what it writes changes: it then forgets everything and reads the log from the start. */
  readonly version: number;
  readonly filter: EventFilter;
  /**
   * Applies events in the order of the log. Runs in the transaction that moves the checkpoint: both are committed
   * or neither is. Throwing halts this consumer, visibly, unless it can `park` the event or the database itself failed.
   */
  apply(events: readonly Recorded<E>[], transaction: PoolClient): Promise<void>;
  /** Whether an event leads to nothing: it then moves the checkpoint as one that the filter leaves out. */
  ignores?(event: Recorded<E>): boolean;
  /** Deletes everything it wrote, before a rebuild. */
  reset(transaction: PoolClient): Promise<void>;
  /**
   * For who can go on without an event: keeps note of one that could not be applied, or that is of a type that this build does
   * not know, in the transaction that moves the checkpoint past it.
   */
  park?(event: StoredEvent, reason: string, transaction: PoolClient): Promise<void>;
}
