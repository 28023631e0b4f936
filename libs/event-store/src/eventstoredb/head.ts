import { Position, START } from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { positionOf } from './own-events';
import { walkLog } from './walk-log';

/** The newest event is mostly ours. */
const FIRST_PAGE = 4;

/**
 * Finds the last event of ours. The node writes statistics into its log, and other programs their events: nobody can wait for
 * their positions. What was looked at once is not looked at again.
 */
export class LogHead {
  /** Up to `end`, the last event of ours is at `head`. */
  private known: { end: Position; head: Position } | undefined;

  constructor(private readonly connection: EventStoreDbConnection) {}

  /** `START` where there is no event of ours. */
  async read(): Promise<Position> {
    let { known } = this;
    let end: Position | undefined;
    for await (const resolved of walkLog(this.connection, {
      direction: 'backwards',
      pageSize: FIRST_PAGE,
    })) {
      const position = positionOf(resolved.event ?? resolved.link);
      if (end === undefined) {
        end = position;
        // A log that was restored from a backup may be shorter than it was.
        if (known && end < known.end) known = undefined;
      }
      if (known && position <= known.end) return this.remember(end, known.head);
      if (this.connection.own.find(resolved)) return this.remember(end, position);
    }
    return this.remember(end ?? START, START);
  }

  private remember(end: Position, head: Position): Position {
    this.known = { end, head };
    return head;
  }
}
