import { ChainEnd } from '../codec/hash-chain';
import { Position } from '../port/event-store';

/** What is known of one stream. */
export interface Actor<State> {
  readonly stream: string;
  state: State;
  end: ChainEnd;
  /** Of the newest event folded. */
  position: Position;
  /** Ids of all commands that led to events of this stream. */
  readonly seenCommands: Set<string>;
}

interface Entry {
  actor: Actor<unknown>;
  lastUsed: number;
}

/** Mailboxes and cached actors by stream. Idle actors are passivated by age and, beyond a number, oldest first. */
export class ActorCache {
  private readonly mailboxes = new Map<string, Promise<unknown>>();
  private readonly entries = new Map<string, Entry>();
  private lastSweep = Date.now();

  constructor(
    private readonly maxEntries: number,
    private readonly idleMs: number,
  ) {}

  /** Runs `work` after everything enqueued for this stream before; a failure does not stop what comes after. */
  enqueue<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.mailboxes.get(stream) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.mailboxes.set(stream, settled);
    void settled.then(() => {
      if (this.mailboxes.get(stream) === settled) this.mailboxes.delete(stream);
    });
    return result;
  }

  get<State>(stream: string): Actor<State> | undefined {
    // One stream belongs to one decider, by its category: the state under this name has this type.
    return this.entries.get(stream)?.actor as Actor<State> | undefined;
  }

  keep(actor: Actor<unknown>): void {
    this.entries.delete(actor.stream);
    this.entries.set(actor.stream, { actor, lastUsed: Date.now() });
    this.passivate();
  }

  forget(stream: string): void {
    this.entries.delete(stream);
  }

  get size(): number {
    return this.entries.size;
  }

  /** Map order is order of last use. */
  private passivate(): void {
    const now = Date.now();
    const sweep = now - this.lastSweep > this.idleMs / 10;
    if (sweep) this.lastSweep = now;
    for (const [stream, entry] of this.entries) {
      const tooMany = this.entries.size > this.maxEntries;
      const tooOld = sweep && now - entry.lastUsed > this.idleMs;
      if (!tooMany && !tooOld) return;
      this.entries.delete(stream);
    }
  }
}
