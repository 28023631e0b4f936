import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { aborted } from '../aborted';
import { SESSION_LOCK_SEED, SessionLocks } from './session-locks';

/**
 * Shows other processes that this one is alive: it holds a session lock named after an id of its own. PostgreSQL releases
 * the lock when the process ends, and within seconds when it hangs or its machine is gone.
 *
 * A restart of PostgreSQL releases all locks although the processes live. Each takes its lock again within about a second.
 * Until then it looks dead, so a reader must be able to bear a wrong "ended".
 */
export class Presence {
  /** Different after each start. */
  readonly id: string = randomUUID();
  private seen = new AbortController();
  private showing: Promise<void> | undefined;

  /** Ends with the locks. */
  constructor(private readonly locks: SessionLocks) {}

  /**
   * Begins to hold the lock, at the first call, and waits until it is held.
   *
   * @returns false when it is not held within `patienceMs`
   */
  async shown(patienceMs: number): Promise<boolean> {
    this.showing ??= this.show();
    const { signal } = this.seen;
    // Not AbortSignal.timeout within AbortSignal.any: Node 20 may collect it as garbage, and then it never fires.
    if (!signal.aborted) await sleep(patienceMs, undefined, { signal, ref: false }).catch(() => undefined);
    return signal.aborted;
  }

  private async show(): Promise<void> {
    const never = new AbortController().signal;
    for (;;) {
      // Shared: PostgreSQL may not have ended the session yet that this process has lost.
      const lock = await this.locks.hold(lockOf(this.id), never, 'shared');
      if (!lock) return;
      this.seen.abort();
      await aborted(lock.lost);
      this.seen = new AbortController();
    }
  }
}

/**
 * SQL that is true while the process with this id shows its presence.
 *
 * @param id an SQL expression of type text
 */
export function isPresentSql(id: string): string {
  return `EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32) | objid::bigint
        = hashtextextended('${lockOf("' || " + id + " || '")}', ${SESSION_LOCK_SEED}))`;
}

function lockOf(id: string): string {
  return `process ${id} is alive`;
}
