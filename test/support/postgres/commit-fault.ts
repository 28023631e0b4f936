import { StagedOutage } from '../staged-outage';

/** A fault that hits one transaction, and the outage that follows. */
export interface CommitFault {
  /**
   * `done`: PostgreSQL commits, and the proxy drops the answer. `late`: PostgreSQL gets the COMMIT when the outage ends.
   * `never`: PostgreSQL rolls back when the outage ends. `unsent`: the connection breaks at the INSERT, before the COMMIT.
   */
  commit: 'done' | 'late' | 'never' | 'unsent';
  /**
   * The state of the database during the outage. `refused`: nobody listens. `recovering`: every connection gets 57P03.
   * `unanswered`: PostgreSQL commits, and the proxy drops the answer to every COMMIT.
   */
  meanwhile: 'refused' | 'recovering' | 'unanswered';
  /** Length of the outage in milliseconds. */
  ms: number;
}

/** A fault that has not hit its transaction yet. */
export interface ArmedFault extends CommitFault {
  /** The fault hits a transaction that inserts an event of this type. */
  type: string;
  outage: StagedOutage;
}

/** The faults of a proxy, as its connections use them. */
export interface CommitFaults {
  /** Removes and returns the fault for a transaction that inserted these types. */
  take(types: ReadonlySet<string>, at: 'insert' | 'commit'): ArmedFault | undefined;
  /** True while the answer to every COMMIT is dropped. */
  readonly dropsEveryAnswer: boolean;
  /** Starts the outage. @param whenOver runs right before the proxy accepts connections again */
  begin(fault: ArmedFault, whenOver: () => Promise<void>): void;
}
