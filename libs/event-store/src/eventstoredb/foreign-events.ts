import { AllStreamSubscription, START as BEGIN, streamNameFilter } from '@eventstore/db-client';
import { backoffDelayMs } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDbConnection } from './client';

/** Beyond that their exact number does not matter. */
const MOST = 100_000;

export interface ForeignEventsFound {
  count: number;
  /** There may be more: counting has ended. */
  isAtLeast: boolean;
  /** Of the first of them. */
  stream: string | undefined;
}

/**
 * Counts the events of other programs in the log, which readers skip. The node looks for them, in the whole log: this is for
 * once in the life of a process.
 */
export class ForeignEvents {
  private count = 0;
  private stream: string | undefined;
  private hasLooked = false;
  private readonly ending = new AbortController();
  private isFollowing = false;

  constructor(private readonly connection: EventStoreDbConnection) {}

  /** Undefined until the log was looked through. */
  get found(): ForeignEventsFound | undefined {
    if (!this.hasLooked) return undefined;
    return { count: this.count, isAtLeast: this.count >= MOST, stream: this.stream };
  }

  /** Begins to count, and goes on until `stop`. @returns once the log was looked through, or `stop` was called */
  follow(): Promise<void> {
    if (this.isFollowing) return Promise.resolve();
    this.isFollowing = true;
    return new Promise((resolve) => {
      const looked = (): void => {
        this.hasLooked = true;
        resolve();
      };
      void this.countAll(looked).then(resolve);
    });
  }

  stop(): void {
    this.ending.abort();
  }

  private async countAll(looked: () => void): Promise<void> {
    const { signal } = this.ending;
    for (let failures = 0; !signal.aborted && this.count < MOST; failures += 1) {
      // Counted anew after a drop: positions of other programs' events may be gone by then.
      const last = await this.countOnce(looked).catch(() => undefined);
      if (last === 'complete') return;
      const delay = backoffDelayMs({
        attempt: failures + 1,
        baseMs: 500,
        maxMs: 60_000,
        random: Math.random,
      });
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }

  private async countOnce(looked: () => void): Promise<'complete' | 'broken'> {
    const { client, own } = this.connection;
    let count = 0;
    let isCaughtUp = false;
    const subscription: AllStreamSubscription = client.subscribeToAll({
      fromPosition: BEGIN,
      filter: streamNameFilter({ regex: own.foreignStreams }),
    });
    const end = (): void => void subscription.unsubscribe().catch(() => undefined);
    this.ending.signal.addEventListener('abort', end, { once: true });
    // The client says so while events that came before still wait in its buffer.
    const settle = (): void => {
      if (isCaughtUp && subscription.readableLength === 0) setImmediate(looked);
    };
    subscription.on('caughtUp' as 'confirmation', () => {
      isCaughtUp = true;
      settle();
    });
    try {
      for await (const { event } of subscription) {
        if (event && !event.type.startsWith('$') && !own.has(event)) {
          count += 1;
          this.stream ??= event.streamId;
          this.count = Math.max(this.count, count);
        }
        settle();
        if (count < MOST) continue;
        looked();
        return 'complete';
      }
      return 'broken';
    } finally {
      this.ending.signal.removeEventListener('abort', end);
      end();
    }
  }
}
