/**
 * The client gave up its connection, for example because the leader changed, between handing it out and the call. Nothing was
 * sent; the next call gets a new connection.
 */
export function isChannelClosed(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Channel closed before call started');
}

/** A stream of the client. */
interface Reading<T> extends AsyncIterable<T> {
  destroy(error: Error): unknown;
  cancel(): Promise<void>;
}

/**
 * Reads; where the connection was given up before the call began, once more. The client sets no deadline for reads, so a node
 * that hangs is left here.
 */
export async function* onOpenChannel<T>(read: () => Reading<T>, deadlineMs: number): AsyncGenerator<T> {
  try {
    yield* withDeadline(read(), deadlineMs);
  } catch (error) {
    // Only a call that never began can fail so: nothing was yielded yet.
    if (!isChannelClosed(error)) throw error;
    yield* withDeadline(read(), deadlineMs);
  }
}

/** Fails when the next item does not come in time. What the consumer takes for an item does not count. */
async function* withDeadline<T>(reading: Reading<T>, deadlineMs: number): AsyncGenerator<T> {
  let isWaiting = true;
  let isOver = false;
  const timer = setTimeout(() => {
    if (isWaiting) reading.destroy(new Error('The deadline of a read has passed'));
  }, deadlineMs);
  try {
    for await (const item of reading) {
      isWaiting = false;
      yield item;
      isWaiting = true;
      timer.refresh();
    }
    isOver = true;
  } finally {
    clearTimeout(timer);
    // The call behind it would stay open with what was not read.
    if (!isOver) void reading.cancel().catch(() => undefined);
  }
}
