import { Leadership, Turn } from '@voxpersona/event-store';
import { withPatience } from '@voxpersona/platform';

/** A lock that is free is had within so long. */
const SETTLE_MS = 1_000;

/**
 * Locks of single read models. A build that has the fold of one wants its lock for as long as it wants to feed it; the newest
 * such build that is alive has it. A build from before there was a group holds these locks while it lives.
 */
export class MemberLocks {
  private readonly turns = new Map<string, Turn>();
  private readonly waits = new Map<string, { end: AbortController; settled: Promise<void> }>();

  /** @param onChange called when a lock was had, or lost */
  constructor(
    private readonly leadership: Leadership,
    private readonly onChange: () => void,
  ) {}

  holds(name: string): boolean {
    return this.turns.get(name)?.lost.aborted === false;
  }

  /** Wants exactly these; resolves when each is had or is somebody else's. */
  async want(wanted: ReadonlyMap<string, number>, signal: AbortSignal): Promise<void> {
    for (const [name, { end }] of [...this.waits]) {
      if (!wanted.has(name)) end.abort();
    }
    for (const [name, turn] of [...this.turns]) {
      if (wanted.has(name) && !turn.lost.aborted) continue;
      this.turns.delete(name);
      await turn.end();
    }
    for (const [name, version] of wanted) {
      if (!this.turns.has(name) && !this.waits.has(name)) this.wait(name, version, signal);
    }
    await withPatience(Promise.all([...this.waits.values()].map(({ settled }) => settled)), SETTLE_MS);
  }

  async end(): Promise<void> {
    for (const { end } of this.waits.values()) end.abort();
    await Promise.all([...this.turns.values()].map((turn) => turn.end()));
    this.turns.clear();
  }

  private wait(name: string, version: number, signal: AbortSignal): void {
    const end = new AbortController();
    const settled = this.leadership
      .lead(name, version, AbortSignal.any([signal, end.signal]))
      .then((turn) => {
        this.waits.delete(name);
        if (!turn) return undefined;
        if (end.signal.aborted) return turn.end();
        this.turns.set(name, turn);
        turn.lost.addEventListener('abort', this.onChange, { once: true });
        this.onChange();
        return undefined;
      });
    this.waits.set(name, { end, settled });
  }
}
