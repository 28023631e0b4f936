/**
 * The client gave up its connection, for example because the leader changed, between handing it out and the call. Nothing was
 * sent; the next call gets a new connection.
 */
export function isChannelClosed(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Channel closed before call started');
}

/** A stream of the client. */
interface Reading<T> {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterable<T>;
  destroy(error: Error): unknown;
  on(event: 'error', listener: () => void): unknown;
  resume(): unknown;
  cancel(): Promise<void>;
}

export interface ReadingOptions {
  /** Milliseconds that the next item may take. The client sets no deadline for reads: a node that hangs is left by this one. */
  deadlineMs: number;
  /** A consumer that has enough takes the rest too: a node that sees one call after the other given up ends the connection. */
  isShort: boolean;
}

/** Reads; where the connection was given up before the call began, once more. */
export async function* onOpenChannel<T>(read: () => Reading<T>, options: ReadingOptions): AsyncGenerator<T> {
  try {
    yield* itemsOf(read(), options);
  } catch (error) {
    // Only a call that never began can fail so: nothing was yielded yet.
    if (!isChannelClosed(error)) throw error;
    yield* itemsOf(read(), options);
  }
}

/** Fails when the next item does not come in time. What the consumer takes for an item does not count. */
async function* itemsOf<T>(reading: Reading<T>, { deadlineMs, isShort }: ReadingOptions): AsyncGenerator<T> {
  let state: 'waiting' | 'used' | 'late' | 'over' = 'waiting';
  const timer = setTimeout(() => {
    if (state !== 'waiting') return;
    state = 'late';
    reading.destroy(new Error('The deadline of a read has passed'));
  }, deadlineMs);
  try {
    for await (const item of reading.iterator({ destroyOnReturn: false })) {
      state = 'used';
      yield item;
      state = 'waiting';
      timer.refresh();
    }
    state = 'over';
  } finally {
    clearTimeout(timer);
    if (state === 'used' && isShort) {
      reading.on('error', () => undefined);
      reading.resume();
    } else if (state !== 'over') {
      void reading.cancel().catch(() => undefined);
    }
  }
}
