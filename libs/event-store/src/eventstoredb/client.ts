import { EventStoreDBClient } from '@eventstore/db-client';

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

/**
 * A client by its connection string, which also says TLS, credentials and deadlines. Nothing is connected yet.
 *
 * @throws EventStoreUrlInvalid
 */
export function openClient(connectionString: string): EventStoreDBClient {
  try {
    const [address = '', query = ''] = connectionString.split('?');
    const parameters = new URLSearchParams(query);
    if (!parameters.has('defaultDeadline')) parameters.set('defaultDeadline', String(DEFAULT_DEADLINE_MS));
    return EventStoreDBClient.connectionString`${`${address}?${parameters.toString()}`}`;
  } catch (error) {
    throw new EventStoreUrlInvalid(error);
  }
}
