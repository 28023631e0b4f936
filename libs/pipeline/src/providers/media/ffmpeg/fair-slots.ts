import { abortReason } from './abort-reason';

interface Waiting {
  start: () => void;
}

/**
 * Lets a fixed number of pieces of work run at once. Waiting work is taken from the buckets in turn, so that a
 * workspace with a hundred files does not keep another one waiting for all of them.
 */
export class FairSlots {
  private free: number;
  /** Buckets with waiting work, the one whose turn it is first. */
  private readonly queues = new Map<string, Waiting[]>();

  constructor(size: number) {
    this.free = size;
  }

  /** Waits for a slot, works, and frees the slot. Rejects with the signal's reason when it is aborted while waiting. */
  async run<T>(bucket: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.slot(bucket, signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private slot(bucket: string, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.remove(bucket, waiting);
        reject(abortReason(signal));
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queues.set(bucket, [...(this.queues.get(bucket) ?? []), waiting]);
    });
  }

  private release(): void {
    const [bucket, queue] = this.queues.entries().next().value ?? [];
    const next = queue?.shift();
    if (bucket === undefined || !queue || !next) {
      this.free += 1;
      return;
    }
    // To the end of the turn, if it still waits for anything.
    this.queues.delete(bucket);
    if (queue.length > 0) this.queues.set(bucket, queue);
    next.start();
  }

  private remove(bucket: string, waiting: Waiting): void {
    const rest = (this.queues.get(bucket) ?? []).filter((one) => one !== waiting);
    if (rest.length > 0) this.queues.set(bucket, rest);
    else this.queues.delete(bucket);
  }
}
