import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  ReadPosition,
  START as BEGIN,
} from '@eventstore/db-client';
import { Position, ReadAllOptions, ReadAllPage, START, StoredEvent } from '../port/event-store';
import { onOpenChannel } from './closed-channel';
import { readFailure } from './failures';
import { matches, positionOf, toLogPosition, toStoredEvent } from './to-stored-event';

const DEFAULT_LIMIT = 1_000;
/** The store's own events that are passed over at once on the way to the last of ours. */
const HEAD_PAGE = 64;

/** One page of the log. The node does not filter what is read (only subscriptions), so that is done here. */
export async function readAll(client: EventStoreDBClient, options: ReadAllOptions): Promise<ReadAllPage> {
  const { filter, limit = DEFAULT_LIMIT } = options;
  const { fromPosition, from, isBackwards } = beginning(options);
  // A position is read inclusively: what stands there comes once more.
  const maxCount = from === undefined ? limit : limit + 1;
  const events: StoredEvent[] = [];
  let position = from ?? START;
  let count = 0;
  try {
    const direction = isBackwards ? BACKWARDS : FORWARDS;
    const read = () => client.readAll({ direction, fromPosition, maxCount });
    for await (const resolved of onOpenChannel(read)) {
      count += 1;
      // Links are not resolved: where an event is gone, the link itself stands there.
      const reached = positionOf(resolved.event ?? resolved.link);
      if (from !== undefined && (isBackwards ? reached >= from : reached <= from)) continue;
      position = reached;
      const event = toStoredEvent(resolved);
      if (event && matches(event, filter)) events.push(event);
    }
  } catch (error) {
    throw readFailure(error);
  }
  return { events, position, atEnd: count < maxCount };
}

/** Where to begin; `from` is undefined where that is an end of the log. */
function beginning(options: ReadAllOptions): {
  fromPosition: ReadPosition;
  from: Position | undefined;
  isBackwards: boolean;
} {
  const isBackwards = options.direction === 'backwards';
  const from = isBackwards ? options.before : options.after;
  if (from === undefined || (!isBackwards && from === START)) {
    return { fromPosition: isBackwards ? END : BEGIN, from: undefined, isBackwards };
  }
  return { fromPosition: toLogPosition(from), from, isBackwards };
}

/**
 * Position of the last event that is not the store's own; `START` for an empty log. The node writes statistics of its own
 * into the log, which subscriptions leave out: who waited for the position of such an event would wait for ever.
 */
export async function readHead(client: EventStoreDBClient): Promise<Position> {
  let fromPosition: ReadPosition = END;
  for (;;) {
    let count = 0;
    try {
      const from = fromPosition;
      const read = () => client.readAll({ direction: BACKWARDS, fromPosition: from, maxCount: HEAD_PAGE });
      for await (const resolved of onOpenChannel(read)) {
        count += 1;
        const event = resolved.event ?? resolved.link;
        if (event && !event.type.startsWith('$')) return positionOf(event);
        fromPosition = toLogPosition(positionOf(event));
      }
    } catch (error) {
      throw readFailure(error);
    }
    if (count < HEAD_PAGE) return START;
  }
}
