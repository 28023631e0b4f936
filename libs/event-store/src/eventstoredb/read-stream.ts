import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  START as FIRST,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { ReadStreamOptions, StoredEvent } from '../port/event-store';
import { readFailure } from './failures';
import { toStoredEvent } from './to-stored-event';

/** The stream's events in order; empty for a stream that does not exist. Read as they are asked for. */
export async function* readStream(
  client: EventStoreDBClient,
  stream: string,
  { from, direction = 'forwards' }: ReadStreamOptions,
): AsyncGenerator<StoredEvent> {
  const isForwards = direction === 'forwards';
  const whole = isForwards ? FIRST : END;
  try {
    const events = client.readStream(stream, {
      direction: isForwards ? FORWARDS : BACKWARDS,
      fromRevision: from === undefined ? whole : BigInt(from),
    });
    for await (const resolved of events) {
      const event = toStoredEvent(resolved);
      if (event) yield event;
    }
  } catch (error) {
    if (error instanceof StreamNotFoundError) return;
    throw readFailure(error);
  }
}
