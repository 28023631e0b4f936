import { StagedOutage } from '../staged-outage';

/** What a node does with one append, and what it is like afterwards. */
export interface NodeFault {
  /**
   * `written`: it is written. `written_later`, `truncated_later`: the node takes it without a quorum, so nobody sees it until
   * the outage ends; then it is written, or gone for good. `refused`: this node does not lead, and writes nothing.
   */
  append: 'written' | 'written_later' | 'truncated_later' | 'refused';
  /** `cut`: the call breaks. `silent`: nothing comes until the client's deadline. Means nothing for `refused`. */
  answer: 'cut' | 'silent';
  /**
   * How the node is until the outage ends. `away`: nobody listens. `not_leader`: it answers reads, and refuses every append.
   * `unanswered`: it writes, and every append is cut off before its answer.
   */
  then: 'away' | 'not_leader' | 'unanswered';
  /** Length of the outage in milliseconds. */
  ms: number;
}

/** A fault that waits for an append. */
export interface ArmedNodeFault extends NodeFault {
  /** Appends are hit that bring an event of this type. */
  type: string;
  outage: StagedOutage;
}
