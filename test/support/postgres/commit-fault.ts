import { StagedOutage } from '../staged-outage';

/** What the sender of a transaction meets, and when PostgreSQL gets its COMMIT. */
export interface CommitFault {
  /**
   * `done`: it commits, and the answer is dropped. `late`: it commits when the outage ends. `never`: it is rolled back when
   * the outage ends. `unsent`: the connection breaks at the INSERT, before there is a COMMIT.
   */
  commit: 'done' | 'late' | 'never' | 'unsent';
  /**
   * How the database is until the outage ends. `refused`: nobody listens. `recovering`: every connection is told 57P03.
   * `unanswered`: it commits, and the answer to every COMMIT is dropped.
   */
  then: 'refused' | 'recovering' | 'unanswered';
  /** Length of the outage in milliseconds. */
  ms: number;
}

/** A fault that waits for its transaction. */
export interface ArmedFault extends CommitFault {
  /** Transactions are hit that insert an event of this type. */
  type: string;
  outage: StagedOutage;
}

/** What the connections of a proxy ask it. */
export interface CommitFaults {
  /** The fault that a transaction which inserted these types meets here; it is used up. */
  take(types: ReadonlySet<string>, at: 'insert' | 'commit'): ArmedFault | undefined;
  /** True while the answer to every COMMIT is dropped. */
  readonly dropsEveryAnswer: boolean;
  /** @param whenOver done right before connections are accepted again */
  begin(fault: ArmedFault, whenOver: () => Promise<void>): void;
}
