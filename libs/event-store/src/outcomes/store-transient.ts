import { isDatabaseFailure } from '@voxpersona/platform';
import { AppendOutcomeUnknown, ClockAhead, EventStoreUnavailable, StreamContention } from '../port/errors';

/** Whether the log or the database could not be used at this moment: the same can be tried again later. */
export function isStoreTransient(error: unknown): boolean {
  return (
    error instanceof EventStoreUnavailable ||
    error instanceof AppendOutcomeUnknown ||
    error instanceof StreamContention ||
    error instanceof ClockAhead ||
    isDatabaseFailure(error)
  );
}
