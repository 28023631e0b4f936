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

/** A server, and a way to its log that no fault lies on. */
export interface OutcomeWorld {
  fakes: ServerWithFakes;
  log(): Promise<LoggedEvent[]>;
  close(): Promise<void>;
}

/** A world whose log can be made to lose the answer to an append. */
export interface FaultyWorld<Fault> extends OutcomeWorld {
  /** The next append of an event of this type meets this fault. */
  breakAt(type: EventType, fault: Fault): Outage;
  /** Runs `use` on the log, past every fault. */
  withStore<T>(use: (store: EventStore) => Promise<T>): Promise<T>;
}

/** One line of the table of faults. */
export interface NamedFault<Fault> {
  name: string;
  fault: Fault;
}

/** Of what the operator may do, the tests seal the log. */
export const OPERATOR_TOKEN = 'operator-of-the-outcomes';

/** Environment of the server in every world. */
export const OUTCOME_ENV = {
  OPERATOR_TOKEN,
  EMBEDDINGS: 'hashing',
  SWEEP_AFTER_HOURS: '1',
};
