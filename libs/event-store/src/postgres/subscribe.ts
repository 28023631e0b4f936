import { backoffDelayMs, PostgresListener } from '@voxpersona/platform';
import { EventStoreUnavailable } from '../port/errors';
import {
  Position,
  ReadAllOptions,
  ReadAllPage,
  START,
  SubscribeOptions,
  SubscriptionItem,
} from '../port/event-store';
import { EVENTS_CHANNEL } from './append-batch';

/** Looks at the log at least so often, should a notification be lost. */
const FALLBACK_POLL_MS = 1_000;

/** Remembers a wake-up that came while nobody waited. */
class WakeUp {
  private pending = false;
  private resolve: (() => void) | undefined;

  readonly ring = (): void => {
    this.pending = true;
    this.resolve?.();
  };

  /** Resolves at the next ring, at once if there was one since the last wait, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.pending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resolve = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.resolve = undefined;
    }
    this.pending = false;
  }
}

/**
 * Catch-up subscription by reading pages and waiting for notifications. Pull-based: nothing is read ahead of the
 * consumer but one page. `caughtUp` follows whenever the end of the log is reached after the position has moved, and
 * once at the start.
 */
export async function* subscribe(
  readAll: (options: ReadAllOptions) => Promise<ReadAllPage>,
  listener: PostgresListener,
  options: SubscribeOptions,
): AsyncGenerator<SubscriptionItem> {
  const { filter, signal } = options;
  const wakeUp = new WakeUp();
  const unsubscribe = listener.subscribe(EVENTS_CHANNEL, wakeUp.ring);
  signal?.addEventListener('abort', wakeUp.ring);
  // Read at call time: between the statements below another turn of the loop may have aborted.
  const ended = (): boolean => signal?.aborted ?? false;
  let position = options.after ?? START;
  let announced: Position | undefined;
  let failures = 0;
  try {
    while (!ended()) {
      const page = await tryToRead(readAll, { after: position, ...(filter && { filter }) });
      if (!page) {
        failures += 1;
        await wakeUp.wait(
          backoffDelayMs({ attempt: failures, baseMs: 100, maxMs: 5_000, random: Math.random }),
        );
        continue;
      }
      failures = 0;
      for (const event of page.events) {
        if (ended()) return;
        yield { kind: 'event', event };
      }
      position = page.position;
      if (!page.atEnd) {
        yield { kind: 'checkpoint', position };
        continue;
      }
      if (announced !== position) {
        announced = position;
        yield { kind: 'caughtUp', position };
      }
      // Whoever has appended since this page was read has rung.
      await wakeUp.wait(FALLBACK_POLL_MS);
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', wakeUp.ring);
  }
}

/** Undefined while the database is away: a subscription waits for it. */
async function tryToRead(
  readAll: (options: ReadAllOptions) => Promise<ReadAllPage>,
  options: ReadAllOptions,
): Promise<ReadAllPage | undefined> {
  try {
    return await readAll(options);
  } catch (error) {
    if (error instanceof EventStoreUnavailable) return undefined;
    throw error;
  }
}
