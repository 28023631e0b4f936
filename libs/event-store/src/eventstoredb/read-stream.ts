import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  START as FIRST,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { ReadStreamOptions, StoredEvent } from '../port/event-store';
import { onOpenChannel } from './closed-channel';
import { readFailure } from './failures';
import { toStoredEvent } from './to-stored-event';

/** The stream's events in order, at most `limit`; empty for a stream that does not exist. Read as they are asked for. */
export async function* readStream(
  client: EventStoreDBClient,
  stream: string,
  { from, direction = 'forwards', limit }: ReadStreamOptions & { limit?: number },
): AsyncGenerator<StoredEvent> {
  const isForwards = direction === 'forwards';
  const whole = isForwards ? FIRST : END;
  try {
    const read = () =>
      client.readStream(stream, {
        direction: isForwards ? FORWARDS : BACKWARDS,
        fromRevision: from === undefined ? whole : BigInt(from),
        ...(limit !== undefined && { maxCount: limit }),
      });
    for await (const resolved of onOpenChannel(read)) {
      const event = toStoredEvent(resolved);
      if (event) yield event;
    }
  } catch (error) {
    if (error instanceof StreamNotFoundError) return;
    throw readFailure(error);
  }
}
