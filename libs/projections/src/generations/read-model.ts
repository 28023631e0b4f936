import { DomainEvent } from '@voxpersona/domain';
import { EventFilter, Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';

/**
 * A read model in PostgreSQL. It is built in generations, each in tables of its own: what it writes goes to the tables that
 * it is given, and depends on the events alone.
 */
export interface ReadModel {
  /** Name of the projection; never changes. */
  readonly name: string;
  /** Raised when what it writes changes: the next generation is then built beside the one that serves. */
  readonly version: number;
  readonly filter: EventFilter;
  /** Its table, as its migration creates it: that of the first generation, and the pattern of all others. */
  readonly table: string;
  /** Applies events in the order of the log; in the transaction that moves the checkpoint. */
  apply(events: readonly Recorded<DomainEvent>[], table: string, transaction: PoolClient): Promise<void>;
  /**
   * Deletes what the table holds of what this event erased; for a generation of another version, which cannot go on but must
   * not keep it either.
   *
   * @returns whether there was anything
   */
  erase(event: Recorded<DomainEvent>, table: string, transaction: PoolClient): Promise<boolean>;
}

/** Events after which something must be found nowhere any more. */
export const ERASING_EVENTS: EventFilter = { types: ['RecordingErased', 'ReportErased', 'MemberRemoved'] };
