import { ReadAllOptions, ReadAllPage, START, StoredEvent } from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { matches } from './own-events';
import { Walk, walkLog } from './walk-log';

const DEFAULT_LIMIT = 1_000;

/**
 * One page of the log. It reaches to an event of ours and not further: what the node or other programs wrote may be removed,
 * and its position is none any more.
 */
export async function readAll(
  connection: EventStoreDbConnection,
  options: ReadAllOptions,
): Promise<ReadAllPage> {
  const { filter, limit = DEFAULT_LIMIT } = options;
  if (options.direction === 'backwards' && options.before === START) {
    return { events: [], position: START, atEnd: true };
  }
  const walk = walkOf(options, limit);
  const events: StoredEvent[] = [];
  let position = walk.start?.position ?? START;
  let own = 0;
  for await (const resolved of walkLog(connection, walk)) {
    const event = connection.own.find(resolved);
    if (!event) continue;
    position = event.position;
    if (matches(event, filter)) events.push(event);
    own += 1;
    if (own === limit) return { events, position, atEnd: false };
  }
  return { events, position, atEnd: true };
}

function walkOf(options: ReadAllOptions, pageSize: number): Walk {
  const { direction = 'forwards' } = options;
  if ('from' in options) return { direction, pageSize, start: { position: options.from, isIncluded: true } };
  const position = options.direction === 'backwards' ? options.before : options.after;
  const isEnd = position === undefined || (direction === 'forwards' && position === START);
  return { direction, pageSize, ...(!isEnd && { start: { position, isIncluded: false } }) };
}
