import { EventStore } from '@voxpersona/event-store';
import { DomainEvent } from '@voxpersona/domain';
import { ServerWithFakes } from '../server/with-fakes';
import { Outage } from '../staged-outage';

export type EventType = DomainEvent['type'];

export interface LoggedEvent {
  stream: string;
  revision: number;
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** A server, and access to its log that no fault affects. */
export interface OutcomeWorld {
  fakes: ServerWithFakes;
  log(): Promise<LoggedEvent[]>;
  close(): Promise<void>;
}

/** A world with a log that can lose the answer to an append. */
export interface FaultyWorld<Fault> extends OutcomeWorld {
  /** Makes the fault hit the next append with an event of this type. */
  breakAt(type: EventType, fault: Fault): Outage;
  /** Runs `use` on the log, unaffected by faults. */
  withStore<T>(use: (store: EventStore) => Promise<T>): Promise<T>;
}

/** A row of the table of faults. */
export interface NamedFault<Fault> {
  name: string;
  fault: Fault;
}

export const OPERATOR_TOKEN = 'operator-of-the-outcomes';

/** The server's environment in every world. */
export const OUTCOME_ENV = {
  OPERATOR_TOKEN,
  EMBEDDINGS: 'hashing',
  SWEEP_AFTER_HOURS: '1',
};
