import { EventStoreDBClient, StreamNotFoundError } from '@eventstore/db-client';
import { Revision, StoredEvent } from '../port/event-store';
import { readFailure } from './failures';
import { toStoredEvent } from './to-stored-event';

/** The stream's events in order; empty for a stream that does not exist. Read as they are asked for. */
export async function* readStream(
  client: EventStoreDBClient,
  stream: string,
  from: Revision,
): AsyncGenerator<StoredEvent> {
  try {
    for await (const resolved of client.readStream(stream, { fromRevision: BigInt(from) })) {
      const event = toStoredEvent(resolved);
      if (event) yield event;
    }
  } catch (error) {
    if (error instanceof StreamNotFoundError) return;
    throw readFailure(error);
  }
}
