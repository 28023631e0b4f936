import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent, streamName } from '@voxpersona/domain';
import { BrokenEvent, EventCodec, EventStore, Recorded } from '@voxpersona/event-store';
import { EVENT_STORE } from '../tokens';

type EventOfType<Type extends DomainEvent['type']> = Extract<Recorded<DomainEvent>, { type: Type }>;

/** The recorded events of one stream, for activities that need more than its decider's state keeps. */
@Injectable()
export class RecordedEvents {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly codec: EventCodec<DomainEvent>,
  ) {}

  async read(category: string, id: string): Promise<Recorded<DomainEvent>[]> {
    const events: Recorded<DomainEvent>[] = [];
    for await (const stored of this.store.readStream(streamName(category, id))) {
      const decoded = await this.codec.decode(stored);
      if (decoded.known) events.push(decoded.event);
    }
    return events;
  }

  /** The same to be shown: events that were altered come as broken. */
  async readForShow(category: string, id: string): Promise<(Recorded<DomainEvent> | BrokenEvent)[]> {
    const events: (Recorded<DomainEvent> | BrokenEvent)[] = [];
    for await (const stored of this.store.readStream(streamName(category, id))) {
      const decoded = await this.codec.decodeForShow(stored);
      if (decoded.known !== false) events.push(decoded.event);
    }
    return events;
  }
}

/** The events of one type, in order. */
export function eventsOfType<Type extends DomainEvent['type']>(
  events: readonly Recorded<DomainEvent>[],
  type: Type,
): EventOfType<Type>[] {
  return events.filter((event): event is EventOfType<Type> => event.type === type);
}
