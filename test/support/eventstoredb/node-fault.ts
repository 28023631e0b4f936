import { StagedOutage } from '../staged-outage';

/** A fault that hits one append, and the outage that follows. */
export interface NodeFault {
  /**
   * `written`: the node writes it. `written_later`, `truncated_later`: the node takes it without a quorum; it is invisible
   * until the outage ends, and then written or lost. `refused`: the node is not the leader and writes nothing.
   */
  append: 'written' | 'written_later' | 'truncated_later' | 'refused';
  /** `cut`: the call breaks. `silent`: the client waits until its deadline. Ignored for `refused`. */
  answer: 'cut' | 'silent';
  /**
   * The state of the node during the outage. `away`: nobody listens. `not_leader`: the node answers reads and refuses appends.
   * `unanswered`: the node writes appends and breaks the calls before the answer.
   */
  meanwhile: 'away' | 'not_leader' | 'unanswered';
  /** Length of the outage in milliseconds. */
  ms: number;
}

/** A fault that has not hit its append yet. */
export interface ArmedNodeFault extends NodeFault {
  /** The fault hits an append with an event of this type. */
  type: string;
  outage: StagedOutage;
}
