import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  EventTooLarge,
  WrongExpectedRevision,
} from '../port/errors';
import { EventToAppend, ExpectedRevision } from '../port/event-store';

/** The node does not let us in: waiting does not help, but an operator who mends it needs no restart. */
export class EventStoreAccessDenied extends EventStoreUnavailable {
  constructor(cause: unknown) {
    super(cause);
    this.name = 'EventStoreAccessDenied';
    this.message = 'EventStoreDB refuses the credentials of EVENTSTORE_URL, or they may not do this';
  }
}

/** What a failed read means; every failure of a read can be tried again. */
export function readFailure(error: unknown): Error {
  return error instanceof AccessDeniedError
    ? new EventStoreAccessDenied(error)
    : new EventStoreUnavailable(error);
}

/**
 * What a failed append means. Only where the node said no, or was never reached, is it known that nothing was written: all
 * else is an unknown outcome, and the same bytes have to be sent again.
 */
export function appendFailure(
  error: unknown,
  stream: string,
  events: readonly EventToAppend[],
  expected: ExpectedRevision,
): Error {
  if (error instanceof WrongExpectedVersionError) {
    return new WrongExpectedRevision(stream, expected, revisionOf(error.actualVersion));
  }
  if (error instanceof MaxAppendSizeExceededError) {
    const bytes = events.map((event) => Buffer.byteLength(JSON.stringify([event.data, event.metadata])));
    const largest = events[bytes.indexOf(Math.max(...bytes))];
    const total = bytes.reduce((sum, size) => sum + size, 0);
    return new EventTooLarge(stream, largest?.type ?? '', total, error.maxAppendSize);
  }
  if (error instanceof AccessDeniedError) return new EventStoreAccessDenied(error);
  if (error instanceof NotLeaderError || wasNeverSent(error)) return new EventStoreUnavailable(error);
  return new AppendOutcomeUnknown(stream, error);
}

/** The client tells connections that never came about from those that broke by words only. */
function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isRefused = /No connection established|ECONNREFUSED|ENOTFOUND|Failed to discover/i.test(
    error.message,
  );
  return isRefused && (error instanceof UnavailableError || error.name === 'Error');
}

/** `no_stream`, or the revision; the client gives -1 as well for a stream that is not there. */
function revisionOf(actual: unknown): number | 'no_stream' {
  if (typeof actual !== 'bigint' || actual < 0n) return 'no_stream';
  return Number(actual);
}
