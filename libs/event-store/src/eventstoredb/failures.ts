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
import { isChannelClosed } from './closed-channel';

/** The node does not let us in: waiting does not help, but an operator who mends it needs no restart. */
export class EventStoreAccessDenied extends EventStoreUnavailable {
  constructor(cause: unknown) {
    super(cause, 'EventStoreDB refuses the credentials of EVENTSTORE_URL, or they may not do this');
    this.name = 'EventStoreAccessDenied';
  }
}

/** What a failed read means; every failure of a read can be tried again. */
export function readFailure(error: unknown): Error {
  return error instanceof AccessDeniedError
    ? new EventStoreAccessDenied(error)
    : new EventStoreUnavailable(error, whyUnreachable(error));
}

/** What gRPC says when a connection does not come about, and what to do about it. The words carry no secret. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /wrong version number|packet length too long|EPROTO/i,
    'The server does not speak TLS, which EVENTSTORE_URL asks for: set tls=false there, or TLS at the server',
  ],
  [
    /self.signed certificate|unable to (get|verify)|certificate has expired|altnames/i,
    'The certificate of the server is not trusted: give its authority by tlsCAFile in EVENTSTORE_URL',
  ],
  [
    /Protocol error|ECONNRESET|socket hang up|Failed to connect|before secure TLS connection/i,
    'The server breaks the connection off: perhaps one of both speaks TLS and the other does not (tls= in EVENTSTORE_URL)',
  ],
  [/ENOTFOUND|EAI_AGAIN|Name resolution/i, 'The host of EVENTSTORE_URL is not known'],
  [/ECONNREFUSED/i, 'Nothing answers at the address of EVENTSTORE_URL'],
  [/Failed to discover/i, 'No node of the cluster in EVENTSTORE_URL can be found'],
  [/deadline/i, 'The event store does not answer in time'],
];

function whyUnreachable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return REASONS.find(([pattern]) => pattern.test(error.message))?.[1];
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
  if (error instanceof NotLeaderError || wasNeverSent(error)) {
    return new EventStoreUnavailable(error, whyUnreachable(error));
  }
  return new AppendOutcomeUnknown(stream, error);
}

/** The client tells connections that never came about from those that broke by words only. */
function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isChannelClosed(error)) return true;
  const isRefused =
    /No connection established|Name resolution failed|ECONNREFUSED|ENOTFOUND|Failed to discover/i.test(
      error.message,
    );
  return isRefused && (error instanceof UnavailableError || error.name === 'Error');
}

/** `no_stream`, or the revision; the client gives -1 as well for a stream that is not there. */
function revisionOf(actual: unknown): number | 'no_stream' {
  if (typeof actual !== 'bigint' || actual < 0n) return 'no_stream';
  return Number(actual);
}
