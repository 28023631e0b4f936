import { StagedOutage } from '../staged-outage';

/** A fault that hits one append, and the outage that follows. */
export interface CommitFault {
  /**
   * `done`: PostgreSQL commits, and the proxy drops the answer. `late`: PostgreSQL gets the append when the outage ends.
   * `never`: PostgreSQL never gets it. `refused`: it is answered with an error, nothing is written, and the connection breaks.
   */
  commit: 'done' | 'late' | 'never' | 'refused';
  /**
   * The state of the database during the outage. `refused`: nobody listens. `recovering`: every connection gets 57P03.
   * `unanswered`: PostgreSQL commits, and the proxy drops the answer to every COMMIT and every append.
   */
  meanwhile: 'refused' | 'recovering' | 'unanswered';
  /** Length of the outage in milliseconds. */
  ms: number;
}

/** A fault that has not hit its append yet. */
export interface ArmedFault extends CommitFault {
  /** The fault hits a batch with an event of this type. */
  type: string;
  outage: StagedOutage;
}

/** The faults of a proxy, as its connections use them. */
export interface CommitFaults {
  /** Removes and returns the fault for a batch with events of these types. */
  take(types: ReadonlySet<string>): ArmedFault | undefined;
  /** True while every answer to a COMMIT or an append is dropped. */
  readonly dropsEveryAnswer: boolean;
  /** Starts the outage. @param whenOver runs right before the proxy accepts connections again */
  begin(fault: ArmedFault, whenOver: () => Promise<void>): void;
}
