import { conflict, Refusal } from './refusal';
import { Wire } from './types';
import { UpdateQueue } from './update-queue';

const OTHER_POLL = 'terminated by other getUpdates request; make sure that only one bot instance is running';

/** Seconds and counts that Telegram does not go beyond. */
const MOST_SECONDS = 50;
const MOST_UPDATES = 100;

/** One poll at a time: as on Telegram, a newer one ends the one that waits. */
export class LongPoll {
  private waiting: { end(refusal: Refusal | undefined): void } | undefined;

  constructor(private readonly queue: UpdateQueue) {}

  /**
   * The next updates, as soon as there are any.
   *
   * @param signal aborted when the client has hung up: its place is free at once
   * @throws Refusal 409 when another poll or a webhook takes over
   */
  async poll(
    asked: { offset: number; limit: number; timeoutSeconds: number },
    signal: AbortSignal,
  ): Promise<Wire[]> {
    this.terminate(conflict(OTHER_POLL));
    if (asked.offset !== 0) this.queue.confirm(asked.offset);
    const limit = asked.limit > 0 ? Math.min(asked.limit, MOST_UPDATES) : MOST_UPDATES;
    const take = (): Wire[] => this.queue.all.slice(0, limit).map(({ wire }) => wire);
    if (this.queue.all.length > 0 || asked.timeoutSeconds <= 0 || signal.aborted) return take();
    await this.arrival(Math.min(asked.timeoutSeconds, MOST_SECONDS) * 1_000, signal);
    return take();
  }

  /** Ends the poll that waits, with this for an answer. */
  terminate(refusal: Refusal): void {
    this.waiting?.end(refusal);
  }

  private arrival(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (refusal?: Refusal): void => {
        clearTimeout(timer);
        this.queue.arrivals.off('arrival', onEnd);
        signal.removeEventListener('abort', onEnd);
        if (this.waiting === place) this.waiting = undefined;
        if (refusal) reject(refusal);
        else resolve();
      };
      const onEnd = (): void => end();
      const place = { end };
      const timer = setTimeout(onEnd, timeoutMs);
      this.queue.arrivals.on('arrival', onEnd);
      signal.addEventListener('abort', onEnd);
      this.waiting = place;
    });
  }
}
