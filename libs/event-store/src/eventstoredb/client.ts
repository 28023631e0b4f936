import { Credentials, EventStoreDBClient } from '@eventstore/db-client';
import { STREAM_CATEGORIES } from '@voxpersona/domain';
import { OwnEvents } from './own-events';

/** Milliseconds that one call may take; a connection string may name another (`defaultDeadline`). */
const DEFAULT_DEADLINE_MS = 10_000;

/** EVENTSTORE_URL is not an address of EventStoreDB. */
export class EventStoreUrlInvalid extends Error {
  constructor(cause: unknown) {
    // The parser's own message quotes the address, with its password.
    super(
      'EVENTSTORE_URL is not a connection string of EventStoreDB (esdb://user:password@host:2113?tls=true)',
      {
        cause,
      },
    );
    this.name = 'EventStoreUrlInvalid';
  }
}

/** A client, with what its connection string says of every call. */
export interface EventStoreDbConnection {
  client: EventStoreDBClient;
  credentials: Credentials;
  /** Milliseconds that one call may take. */
  deadlineMs: number;
  own: OwnEvents;
  /** Whether a node has answered since this was opened: then its address, TLS and the certificate are right. */
  hasAnswered: boolean;
}

/** For a node that asks for none: without any, the client takes another way to append, see `append`. */
const NOBODY: Credentials = { username: 'voxpersona', password: '' };

/**
 * A client by its connection string, which also says TLS, credentials and deadlines. Nothing is connected yet.
 *
 * @param categories of the streams that are ours; events elsewhere are those of other programs
 * @throws EventStoreUrlInvalid
 */
export function openClient(
  connectionString: string,
  categories: readonly string[] = STREAM_CATEGORIES,
): EventStoreDbConnection {
  try {
    const [address = '', query = ''] = connectionString.split('?');
    const parameters = new URLSearchParams(query);
    if (!parameters.has('defaultDeadline')) parameters.set('defaultDeadline', String(DEFAULT_DEADLINE_MS));
    const client = EventStoreDBClient.connectionString`${`${address}?${parameters.toString()}`}`;
    catchReconnectFailures(client);
    const deadlineMs = Number(parameters.get('defaultDeadline'));
    const own = new OwnEvents(categories);
    return { client, credentials: credentialsOf(address) ?? NOBODY, deadlineMs, own, hasAnswered: false };
  } catch (error) {
    throw new EventStoreUrlInvalid(error);
  }
}

/** A method of the client that its types keep to subclasses. */
interface Reconnecting {
  handleError: (client: unknown, error: Error) => Promise<void>;
}

/**
 * After a failed call the client prepares to reconnect, and does not await that. When it cannot find a node of the cluster
 * either, the rejection would end the process. The call itself fails anyway, and the next one discovers the nodes again.
 */
function catchReconnectFailures(client: EventStoreDBClient): void {
  const reconnecting = client as unknown as Reconnecting;
  const { handleError } = reconnecting;
  reconnecting.handleError = (channelClient, error) =>
    handleError(channelClient, error).catch(() => undefined);
}

function credentialsOf(address: string): Credentials | undefined {
  const found = /^[^/]*\/\/([^:@/]*):([^@/]*)@/.exec(address);
  if (!found) return undefined;
  const [, username = '', password = ''] = found;
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
