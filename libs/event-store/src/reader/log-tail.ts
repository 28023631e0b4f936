import { EventFilter, JsonValue, Position } from '../port/event-store';
import { LogEvent } from './log-event';
import { NewEvent } from '../codec/event-codec';

export interface TailLimits {
  events: number;
  /** Of stored data and metadata, estimated. */
  bytes: number;
}

export interface TailPage<E extends NewEvent> {
  events: LogEvent<E>[];
  /** Every event up to here was looked at. */
  position: Position;
  atEnd: boolean;
}

/** The newest events of the log, as many as the limits allow. Pure. */
export class LogTail<E extends NewEvent> {
  private entries: { event: LogEvent<E>; bytes: number }[] = [];
  private bytes = 0;
  private end: Position;

  /** @param floor the tail holds every event after this position */
  constructor(
    private floor: Position,
    private readonly limits: TailLimits,
  ) {
    this.end = floor;
  }

  /** The log was read up to here. */
  get head(): Position {
    return this.end;
  }

  push(event: LogEvent<E>): void {
    const { position, data, metadata } = event.stored;
    const bytes = sizeOf(data) + sizeOf(metadata);
    this.entries.push({ event, bytes });
    this.bytes += bytes;
    this.end = position;
    let dropped = 0;
    while (
      this.entries.length - dropped > this.limits.events ||
      (this.bytes > this.limits.bytes && this.entries.length - dropped > 1)
    ) {
      const oldest = this.entries[dropped];
      if (!oldest) break;
      this.bytes -= oldest.bytes;
      this.floor = oldest.event.stored.position;
      dropped += 1;
    }
    if (dropped > 0) this.entries.splice(0, dropped);
  }

  /** Nothing of interest was found up to here. */
  reach(position: Position): void {
    if (position > this.end) this.end = position;
  }

  /** Whether it holds every event after this position. */
  holds(after: Position): boolean {
    return after >= this.floor;
  }

  /** The next events after a position that it holds. */
  page(after: Position, filter: EventFilter | undefined, limit: number): TailPage<E> {
    const events: LogEvent<E>[] = [];
    for (let index = this.indexAfter(after); index < this.entries.length; index += 1) {
      const event = this.entries[index]?.event;
      if (!event || !passes(filter, event.stored)) continue;
      events.push(event);
      if (events.length === limit) {
        return { events, position: event.stored.position, atEnd: event.stored.position >= this.end };
      }
    }
    const position = after > this.end ? after : this.end;
    return { events, position, atEnd: true };
  }

  /** Lets go of all plaintext. */
  forgetDecoded(): void {
    for (const { event } of this.entries) event.forget();
  }

  private indexAfter(position: Position): number {
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.entries[middle];
      if (entry && entry.event.stored.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether an event passes a filter. */
export function passes(
  filter: EventFilter | undefined,
  { stream, type }: { stream: string; type: string },
): boolean {
  if (filter?.types && !filter.types.includes(type)) return false;
  return !filter?.streamPrefixes || filter.streamPrefixes.some((prefix) => stream.startsWith(prefix));
}

/** Roughly the bytes of a value: long strings are what counts. */
function sizeOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 16;
  if (typeof value !== 'object' || value === null) return 16;
  let bytes = 16;
  for (const part of Array.isArray(value) ? value : Object.values(value)) bytes += sizeOf(part);
  return bytes;
}
