import { setTimeout as sleep } from 'node:timers/promises';
import { AppendOutcomeUnknown, WrongExpectedRevision } from '../port/errors';
import { AppendResult, EventStore, EventToAppend, ExpectedRevision } from '../port/event-store';

/** How long an append whose outcome is unclear is repeated before the caller learns so. */
const PATIENCE_MS = 20_000;
const FIRST_DELAY_MS = 25;
const LONGEST_DELAY_MS = 500;

/**
 * Appends, and repeats the same bytes at the same revision while the outcome of a try is unclear.
 *
 * Once a try was unclear, only three endings are left: success, `WrongExpectedRevision` after the stream was read back and
 * holds another event in this place, or `AppendOutcomeUnknown`. Whatever a later try is told ("connection refused", "not
 * leader") says nothing about the first one, which may have been committed, or may still be. A stream that does not hold
 * the events yet proves nothing either.
 *
 * @param patienceMs how long to repeat, from the first unclear try on
 * @throws WrongExpectedRevision, AppendOutcomeUnknown; and before any try was unclear, whatever the store throws
 */
export async function appendUntilKnown(
  store: Pick<EventStore, 'append' | 'readStream'>,
  stream: string,
  events: readonly EventToAppend[],
  expectedRevision: ExpectedRevision,
  patienceMs = PATIENCE_MS,
): Promise<AppendResult> {
  try {
    return await store.append(stream, events, expectedRevision);
  } catch (error) {
    if (!(error instanceof AppendOutcomeUnknown)) throw error;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(error), patienceMs);
    try {
      return await Promise.race([
        repeat(store, stream, events, expectedRevision, deadline.signal),
        rejectionBy(deadline.signal),
      ]);
    } finally {
      clearTimeout(timer);
      deadline.abort(error);
    }
  }
}

async function repeat(
  store: Pick<EventStore, 'append' | 'readStream'>,
  stream: string,
  events: readonly EventToAppend[],
  expectedRevision: ExpectedRevision,
  signal: AbortSignal,
): Promise<AppendResult> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal });
    try {
      return await store.append(stream, events, expectedRevision);
    } catch (error) {
      const isConflict = error instanceof WrongExpectedRevision;
      if (isConflict && (await isTaken(store, stream, events, expectedRevision))) throw error;
    }
  }
}

/** Whether another event stands where the first of these would: then they are not in the stream and never will be. */
async function isTaken(
  store: Pick<EventStore, 'readStream'>,
  stream: string,
  [first]: readonly EventToAppend[],
  expectedRevision: ExpectedRevision,
): Promise<boolean> {
  const from = expectedRevision === 'no_stream' ? 0 : expectedRevision + 1;
  try {
    for await (const { revision, id } of store.readStream(stream, { from })) {
      return revision === from && id.toLowerCase() !== first?.id.toLowerCase();
    }
  } catch {
    // A store that cannot be read proves nothing.
  }
  return false;
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
