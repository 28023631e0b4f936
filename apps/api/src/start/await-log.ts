import { AnotherEventLog } from '@voxpersona/composition';
import { AppendOutcomeUnknown, EventStore, EventStoreUnavailable } from '@voxpersona/event-store';
import { isDatabaseOutage, untilAvailable, WaitOptions } from '@voxpersona/platform';

/**
 * Waits until the event log answers and is the right one. Every failed try is told, with what to do about it.
 *
 * @param place where the log should be, for people
 * @throws AnotherEventLog, StartInterrupted
 */
export function awaitLog(
  store: Pick<EventStore, 'check'>,
  place: string,
  options: Pick<WaitOptions, 'log' | 'signal'>,
): Promise<void> {
  const what = `The event log in ${place}`;
  return untilAvailable(() => store.check(), { ...options, what, isOutage });
}

/** True for what a start waits for: the event log or the database cannot be used now. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AnotherEventLog) return false;
  return (
    error instanceof EventStoreUnavailable || error instanceof AppendOutcomeUnknown || isDatabaseOutage(error)
  );
}
