/**
 * The client gave up its connection, for example because the leader changed, between handing it out and the call. Nothing was
 * sent; the next call gets a new connection.
 */
export function isChannelClosed(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Channel closed before call started');
}

/** Reads; where the connection was given up before the call began, once more. */
export async function* onOpenChannel<T>(read: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* read();
  } catch (error) {
    // Only a call that never began can fail so: nothing was yielded yet.
    if (!isChannelClosed(error)) throw error;
    yield* read();
  }
}
