import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent } from '@voxpersona/domain';
import { BrokenEvent, EventCodec, EventStore, START, toPosition } from '@voxpersona/event-store';
import { EVENT_STORE } from '@voxpersona/pipeline';
import { EventEntry } from '@voxpersona/projections';
import { ShownEvent } from '../recordings/recording-trail';

/** Events read at once, at most. */
const PAGE = 50;

/** Reads the events that the index of the trail names from the log. */
@Injectable()
export class TrailReader {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
  ) {}

  /**
   * In the order of the entries. Personal fields are opened; once erased they read `{"$erased": true}`. What was altered, or is
   * gone, comes as broken: an auditor is to see just that.
   */
  async read(entries: readonly EventEntry[]): Promise<ShownEvent[]> {
    const wanted = entries.map(({ position }) => toPosition(position)).sort((a, b) => (a < b ? -1 : 1));
    /** By id; null for one of a type that this build does not know. */
    const found = new Map<string, ShownEvent | null>();
    let limit = PAGE;
    for (let next = 0; next < wanted.length;) {
      const from = wanted[next] ?? START;
      const page = await this.store.readAll({ from, limit: Math.min(limit, wanted.length - next) });
      const asked = new Set(wanted.slice(next, next + PAGE));
      const hits = page.events.filter(({ position }) => asked.has(position));
      for (const stored of hits) {
        const decoded = await this.codec.decodeForShow(stored);
        found.set(stored.id, decoded.known === false ? null : decoded.event);
      }
      // Neighbours are often asked for together; where they are far apart, what lies between need not be read.
      limit = Math.min(Math.max(2 * hits.length, 1), PAGE);
      const last = page.events.at(-1)?.position ?? from;
      while (next < wanted.length && (wanted[next] ?? last) <= last) next += 1;
    }
    return entries.flatMap((entry) => {
      const event = found.get(entry.id);
      return event === undefined ? missing(entry) : (event ?? []);
    });
  }
}

/** What the index still knows of an event that is no longer in its place. */
function missing({
  id,
  stream,
  revision,
  position,
  type,
  correlationId,
  causationId,
  commandId,
}: EventEntry): BrokenEvent {
  return {
    ...{ id, stream, revision, position: toPosition(position), type },
    metadata: {
      ...{ $correlationId: correlationId, $causationId: causationId, commandId, recordedAt: '' },
      ...{
        actor: { kind: 'system', id: 'unknown', owner: null },
        schemaVersion: 0,
        previousHash: null,
        hash: '',
      },
    },
    broken: 'It is not in its place in the log any more',
  };
}
