import { aborted, SESSION_LOCK_SEED, SessionLocks } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

/** While it lasts, this process is the one that runs what the turn was asked for. */
export interface Turn {
  /** Aborts when another process may have taken over. */
  readonly lost: AbortSignal;
  end(): Promise<void>;
}

/**
 * Lets one process at a time run what bears a name; the others stand by. It makes two runners rare, not impossible (a
 * process may be held up just after it was told that it leads): what runs must be fenced by its checkpoint all the same.
 */
export interface Leadership {
  /** Number of the build that runs here. A newer one that wants a name goes before it. */
  readonly build: number;
  /**
   * Waits for this process's turn.
   *
   * @param version of what is run here, for `isRun`
   * @returns undefined when the signal ended the wait
   */
  lead(name: string, version: number, signal: AbortSignal): Promise<Turn | undefined>;
  /** Whether a process is there, running or standing by, that has this version of it. */
  isRun(name: string, version: number): Promise<boolean>;
}

/** For what is the only process, by what it is: a test, a command of the operator. */
export const ALONE: Leadership = {
  build: 0,
  lead: (_name, _version, signal) =>
    Promise.resolve(
      signal.aborted ? undefined : { lost: new AbortController().signal, end: () => Promise.resolve() },
    ),
  isRun: () => Promise.resolve(false),
};

const PRESENCE_RETRY_MS = 500;

/** Leadership by locks of PostgreSQL. */
export class PostgresLeadership implements Leadership {
  private readonly closing = new AbortController();

  constructor(
    private readonly locks: SessionLocks,
    private readonly pool: Pool,
    readonly build = 0,
  ) {}

  async lead(name: string, version: number, signal: AbortSignal): Promise<Turn | undefined> {
    const present = new AbortController();
    const waiting = AbortSignal.any([signal, this.closing.signal]);
    // Without presence an older build may rebuild what this one built: work for nothing, and nothing worse.
    void this.showPresence(presenceOf(name, version), AbortSignal.any([waiting, present.signal])).catch(
      () => undefined,
    );
    const lock = await this.locks.hold(`run ${name}`, waiting, { rank: this.build });
    if (!lock) {
      present.abort();
      // After `close` nobody gets a turn. A runner that was not stopped yet must not ask again without a pause.
      await aborted(signal);
      return undefined;
    }
    const end = async (): Promise<void> => {
      present.abort();
      await lock.release();
    };
    return { lost: lock.lost, end };
  }

  async isRun(name: string, version: number): Promise<boolean> {
    // Alone it can be had only where nobody shares it; given back with the statement's own transaction.
    const { rows } = await this.pool.query<{ free: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2)) AS free',
      [presenceOf(name, version), SESSION_LOCK_SEED],
    );
    return rows[0]?.free === false;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.locks.close();
  }

  /** Shares the lock of a version for as long as it is run or stood by for, over the loss of a session. */
  private async showPresence(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const lock = await this.locks.hold(name, signal, 'shared');
      if (lock) {
        await aborted(AbortSignal.any([lock.lost, signal]));
        await lock.release();
      }
      await sleep(PRESENCE_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function presenceOf(name: string, version: number): string {
  return `has ${name}, version ${version}`;
}
