import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  EventTooLarge,
  NoEventAtPosition,
  StreamRemoved,
  WrongExpectedRevision,
} from '../port/errors';
import { EventToAppend, ExpectedRevision } from '../port/event-store';
import type { EventStoreDbConnection } from './client';
import { isChannelClosed } from './reading';

/** The node does not let us in: waiting does not help, but an operator who mends it needs no restart. */
export class EventStoreAccessDenied extends EventStoreUnavailable {
  constructor(cause: unknown, message: string) {
    super(cause, message);
    this.name = 'EventStoreAccessDenied';
  }
}

const UNAUTHENTICATED = 16;

function accessDenied(error: AccessDeniedError, what: string): EventStoreAccessDenied {
  if (Number(error.code) === UNAUTHENTICATED) {
    return new EventStoreAccessDenied(error, 'EventStoreDB refuses the credentials of EVENTSTORE_URL');
  }
  const advice =
    what === 'read $all'
      ? ': an administrator has to name it in readRoles of the metadata of the stream $all (see docs/operations.md)'
      : '';
  return new EventStoreAccessDenied(error, `The user of EVENTSTORE_URL may not ${what}${advice}`);
}

/**
 * What a failed read means. It can be tried again, unless what was asked for is not there.
 *
 * @param what was read: a stream, or `$all`
 */
export function readFailure(error: unknown, connection: EventStoreDbConnection, what: string): Error {
  if (error instanceof AccessDeniedError) return accessDenied(error, `read ${what}`);
  if (error instanceof StreamDeletedError) return new StreamRemoved(what, error);
  if (error instanceof UnknownError && error.message.includes('Unexpected ReadAllResult')) {
    return new NoEventAtPosition(error);
  }
  return new EventStoreUnavailable(error, whyUnreachable(error, connection));
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
  [/ENOTFOUND|EAI_AGAIN|Name resolution/i, 'The host of EVENTSTORE_URL is not known'],
  [/ECONNREFUSED/i, 'Nothing answers at the address of EVENTSTORE_URL'],
  [/Failed to discover/i, 'No node of the cluster in EVENTSTORE_URL can be found'],
  [/deadline/i, 'The event store does not answer in time'],
];

const BROKEN = /Protocol error|ECONNRESET|socket hang up|Failed to connect|before secure TLS connection/i;

function whyUnreachable(error: unknown, { hasAnswered }: EventStoreDbConnection): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (BROKEN.test(error.message)) {
    return hasAnswered
      ? 'The connection to the server broke: the server has stopped, or another node leads the cluster now'
      : 'The server breaks the connection off before its first answer: it is not up yet, or only one of both speaks TLS (tls= in EVENTSTORE_URL)';
  }
  return REASONS.find(([pattern]) => pattern.test(error.message))?.[1];
}

/**
 * What a failed append means. Only where the node said no, or was never reached, is it known that nothing was written: all
 * else is an unknown outcome, and the same bytes have to be sent again.
 */
export function appendFailure(
  error: unknown,
  connection: EventStoreDbConnection,
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
  if (error instanceof AccessDeniedError) return accessDenied(error, `append to ${stream}`);
  if (error instanceof StreamDeletedError) return new StreamRemoved(stream, error);
  if (error instanceof NotLeaderError || wasNeverSent(error)) {
    return new EventStoreUnavailable(error, whyUnreachable(error, connection));
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
