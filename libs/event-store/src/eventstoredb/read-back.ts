import { Position, Revision, StoredEvent } from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { readStream } from './read-stream';
import { walkLog } from './walk-log';

/** An event that the node has acknowledged. */
export interface Acknowledged {
  stream: string;
  revision: Revision;
  /** Where the node says that it is. */
  position: Position | undefined;
  /** Events of its append. */
  length: number;
}

interface Wanted extends Acknowledged {
  position: Position;
  found: (event: StoredEvent | undefined) => void;
}

/**
 * Reads back what was appended. A call of its own for every append would cost as much as the append; what is acknowledged while
 * one call is under way is read by the next, together: it stands side by side in the log.
 */
export class ReadBack {
  private waiting: Wanted[] = [];
  private isReading = false;

  constructor(private readonly connection: EventStoreDbConnection) {}

  /** The event at a stream's revision, where there is one. */
  async find(acknowledged: Acknowledged): Promise<StoredEvent | undefined> {
    const { stream, revision, position } = acknowledged;
    const event =
      position !== undefined &&
      (await new Promise<StoredEvent | undefined>((found) => {
        this.waiting.push({ ...acknowledged, position, found });
        if (!this.isReading) void this.read();
      }));
    return event || eventAt(this.connection, stream, revision);
  }

  private async read(): Promise<void> {
    this.isReading = true;
    while (this.waiting.length > 0) {
      const wanted = this.waiting;
      this.waiting = [];
      // What is not found here is looked for by its stream.
      await this.readTogether(wanted).catch(() => undefined);
      for (const { found } of wanted) found(undefined);
    }
    this.isReading = false;
  }

  private async readTogether(wanted: readonly Wanted[]): Promise<void> {
    const open = new Map(wanted.map((one) => [`${one.revision}@${one.stream}`, one]));
    const [first] = wanted;
    if (!first) return;
    const position = wanted.reduce(
      (least, one) => (one.position < least ? one.position : least),
      first.position,
    );
    // Others may write in between: some room for that.
    const own = wanted.reduce((sum, { length }) => sum + length, 0);
    const limit = own === 1 ? 1 : 2 * own;
    let looked = 0;
    const start = { position, isIncluded: true };
    for await (const resolved of walkLog(this.connection, {
      direction: 'forwards',
      start,
      pageSize: limit,
    })) {
      const event = this.connection.own.find(resolved);
      const key = event && `${event.revision}@${event.stream}`;
      if (key !== undefined) open.get(key)?.found(event);
      if (key !== undefined) open.delete(key);
      looked += 1;
      if (open.size === 0 || looked === limit) return;
    }
  }
}

/** The event at a revision, where there is one. */
export async function eventAt(
  connection: EventStoreDbConnection,
  stream: string,
  revision: Revision,
): Promise<StoredEvent | undefined> {
  for await (const event of readStream(connection, stream, { from: revision, limit: 1 })) return event;
  return undefined;
}
