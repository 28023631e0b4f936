import { BACKWARDS, END, FORWARDS, ReadPosition, ResolvedEvent, START as BEGIN } from '@eventstore/db-client';
import { Position } from '../port/event-store';
import { onOpenChannel } from './reading';
import { EventStoreDbConnection } from './client';
import { readFailure } from './failures';
import { positionOf, toLogPosition } from './own-events';

const LARGEST_PAGE = 1_000;
const GROWTH = 16;
/** A page of which the rest is read also when nobody needs it. */
const SHORT = 256;

export interface Walk {
  direction: 'forwards' | 'backwards';
  /** An end of the log where it is left out. */
  start?: { position: Position; isIncluded: boolean };
  /** Events that are asked for first; more with every page. */
  pageSize: number;
}

/**
 * Everything in the log from a place on, also what is not ours, until the end of now. The node does not filter what is read
 * (only subscriptions).
 *
 * @throws NoEventAtPosition when it is to begin where no event is
 */
export async function* walkLog(
  connection: EventStoreDbConnection,
  { direction: towards, start, pageSize }: Walk,
): AsyncGenerator<ResolvedEvent> {
  const { deadlineMs } = connection;
  const isBackwards = towards === 'backwards';
  let fromPosition: ReadPosition = isBackwards ? END : BEGIN;
  if (start) fromPosition = toLogPosition(start.position);
  // A position is read inclusively: what stands there comes once more.
  let seen = start?.isIncluded === false ? start.position : undefined;
  for (let size = pageSize; ; size = Math.max(pageSize, Math.min(size * GROWTH, LARGEST_PAGE))) {
    const maxCount = seen === undefined ? size : size + 1;
    let count = 0;
    try {
      const from = fromPosition;
      const direction = isBackwards ? BACKWARDS : FORWARDS;
      const read = () => connection.client.readAll({ direction, fromPosition: from, maxCount });
      for await (const resolved of onOpenChannel<ResolvedEvent>(read, {
        deadlineMs,
        isShort: maxCount <= SHORT,
      })) {
        connection.hasAnswered = true;
        count += 1;
        // Links are not resolved: where an event is gone, the link itself stands there.
        const position = positionOf(resolved.event ?? resolved.link);
        fromPosition = toLogPosition(position);
        if (position === seen) continue;
        seen = position;
        yield resolved;
      }
    } catch (error) {
      throw readFailure(error, connection, '$all');
    }
    if (count < maxCount) return;
  }
}
