import { BACKWARDS, END, EventStoreDBClient, ResolvedEvent, START as BEGIN } from '@eventstore/db-client';
import { Position, ReadAllOptions, ReadAllPage, START, StoredEvent } from '../port/event-store';
import { readFailure } from './failures';
import { matches, positionOf, toLogPosition, toStoredEvent } from './to-stored-event';

const DEFAULT_LIMIT = 1_000;

/** One page of the log. The node does not filter what is read (only subscriptions), so that is done here. */
export async function readAll(
  client: EventStoreDBClient,
  { after = START, filter, limit = DEFAULT_LIMIT }: ReadAllOptions,
): Promise<ReadAllPage> {
  const isFromStart = after === START;
  const fromPosition = isFromStart ? BEGIN : toLogPosition(after);
  // A position is read inclusively: what stands at `after` comes once more.
  const maxCount = isFromStart ? limit : limit + 1;
  const events: StoredEvent[] = [];
  let position = after;
  let count = 0;
  try {
    for await (const resolved of client.readAll({ fromPosition, maxCount })) {
      count += 1;
      const reached = positionOf(resolved.event ?? linkOf(resolved));
      if (reached <= after && !isFromStart) continue;
      position = reached;
      const event = toStoredEvent(resolved);
      if (event && matches(event, filter)) events.push(event);
    }
  } catch (error) {
    throw readFailure(error);
  }
  return { events, position, atEnd: count < maxCount };
}

/** Position of the last event, the store's own included; `START` for an empty log. */
export async function readHead(client: EventStoreDBClient): Promise<Position> {
  try {
    const last = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
    for await (const resolved of last) return positionOf(resolved.event ?? linkOf(resolved));
    return START;
  } catch (error) {
    throw readFailure(error);
  }
}

/** Links are not resolved: where the event is gone, the link itself stands there. */
function linkOf(resolved: ResolvedEvent): ResolvedEvent['link'] {
  return resolved.link;
}
