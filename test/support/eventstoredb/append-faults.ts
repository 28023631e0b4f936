import { Outage, StagedOutage } from '../staged-outage';
import { AppendFault } from './append-fault';
import { AppendOutcome, Expected, LogModel, PendingAppend, ProposedEvent } from './log-model';
import { ArmedNodeFault, NodeFault } from './node-fault';
import { errorOf, WireError } from './wire';

const SLOW_MS = 300;

/** The ways to answer an append. */
export interface AppendAnswer {
  done(outcome: AppendOutcome): void;
  fail(error: WireError): void;
  garble(): void;
}

/** The node that the faults belong to. */
interface Node {
  readonly port: number;
  stop(): void;
  start(): Promise<unknown>;
}

/** Writes appends to the log of a fake node, unless a test has asked for a fault. */
export class AppendFaults {
  private readonly next: AppendFault[] = [];
  private regular: { every: number; faults: readonly AppendFault[] } | undefined;
  private appends = 0;
  private readonly armed: ArmedNodeFault[] = [];
  private state: 'leader' | 'not_leader' | 'unanswered' | 'no_quorum' = 'leader';
  private readonly taken: PendingAppend[] = [];

  constructor(
    private readonly log: LogModel,
    private readonly node: Node,
  ) {}

  failNext(faults: readonly AppendFault[]): void {
    this.next.push(...faults);
  }

  failEvery(every: number, faults: readonly AppendFault[]): void {
    this.regular = every > 0 ? { every, faults } : undefined;
  }

  breakAt(type: string, fault: NodeFault): Outage {
    const outage = new StagedOutage();
    this.armed.push({ ...fault, type, outage });
    return outage;
  }

  /** From now on one append is taken and not answered, and those after it are refused. */
  loseQuorum(): void {
    this.state = 'no_quorum';
  }

  /** The other nodes are back: the append that was taken is in the log after all, or is lost. */
  regainQuorum(taken: 'committed' | 'truncated'): void {
    this.state = 'leader';
    for (const append of this.taken.splice(0)) if (taken === 'committed') append.commit();
  }

  write(stream: string, proposed: readonly ProposedEvent[], expected: Expected, answer: AppendAnswer): void {
    const write = (): AppendOutcome => this.log.append(stream, proposed, expected);
    const index = this.armed.findIndex(({ type }) => proposed.some((event) => event.type === type));
    const [armed] = index < 0 ? [] : this.armed.splice(index, 1);
    if (armed) {
      const pending = armed.append.endsWith('_later') ? this.log.take(stream, proposed, expected) : undefined;
      if (armed.append === 'written') write();
      this.begin(armed, () => armed.append === 'written_later' && pending?.commit());
      if (armed.append === 'refused') this.fail(answer, 'not_leader');
      else if (armed.answer === 'cut') this.fail(answer, 'cut_after');
      return;
    }
    if (this.state === 'no_quorum') {
      const pending = this.log.take(stream, proposed, expected);
      if (pending && this.taken.length === 0) this.taken.push(pending);
      else this.fail(answer, 'not_leader');
    } else if (this.state === 'not_leader') this.fail(answer, 'not_leader');
    else if (this.state === 'unanswered') {
      write();
      this.fail(answer, 'cut_after');
    } else this.meet(this.next.shift() ?? this.regularFault(), write, answer);
  }

  private meet(fault: AppendFault | undefined, write: () => AppendOutcome, answer: AppendAnswer): void {
    switch (fault) {
      case undefined:
        answer.done(write());
        return;
      case 'slow': {
        const outcome = write();
        setTimeout(() => answer.done(outcome), SLOW_MS);
        return;
      }
      case 'garbage':
        write();
        answer.garble();
        return;
      case 'silent':
        return;
      case 'cut_after':
        write();
        this.fail(answer, fault);
        return;
      default:
        this.fail(answer, fault);
    }
  }

  private fail(answer: AppendAnswer, fault: AppendFault): void {
    answer.fail(errorOf(fault, this.node.port));
  }

  private begin({ meanwhile, ms, outage }: ArmedNodeFault, whenOver: () => unknown): void {
    // After the answer that breaks the call has been sent.
    if (meanwhile === 'away') setImmediate(() => this.node.stop());
    else this.state = meanwhile;
    outage.begin();
    setTimeout(() => {
      whenOver();
      this.state = 'leader';
      const back = meanwhile === 'away' ? this.node.start() : Promise.resolve();
      void back.then(() => outage.end());
    }, ms);
  }

  private regularFault(): AppendFault | undefined {
    this.appends += 1;
    const { regular } = this;
    if (!regular || this.appends % regular.every !== 0) return undefined;
    return regular.faults[(this.appends / regular.every) % regular.faults.length];
  }
}
