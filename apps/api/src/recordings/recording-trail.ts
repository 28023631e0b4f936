import { Injectable } from '@nestjs/common';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { BrokenEvent, Position, Recorded } from '@voxpersona/event-store';
import { RecordedEvents } from '@voxpersona/pipeline';
import { eventAltered } from '../http/event-altered';

/** An event to be shown: as it was recorded, or what is left of one that was altered since. */
export type ShownEvent = Recorded<DomainEvent> | BrokenEvent;

/** An event as auditors read it. Personal fields are opened; once erased they read `{"$erased": true}`. */
export interface TrailEntry {
  id: string;
  type: string;
  stream: string;
  revision: number;
  /** Place in the whole log, digits. */
  position: string;
  metadata: ShownEvent['metadata'];
  /** Left out where the event was altered: it says nothing that could be believed. */
  data?: DomainEvent['data'];
  /** What is wrong with an event that was altered. */
  broken?: string;
}

/** Everything that was recorded of a recording and of its reports, in the order of the log. */
@Injectable()
export class RecordingTrail {
  constructor(private readonly events: RecordedEvents) {}

  async read(recordingId: string): Promise<TrailEntry[]> {
    return (await this.shown(recordingId)).map(toEntry);
  }

  /**
   * As they were recorded, up to a position; null: to the end.
   *
   * @throws Problem 500 `event-altered`: what is folded from an altered event would be made up
   */
  async recorded(recordingId: string, upTo: Position | null): Promise<Recorded<DomainEvent>[]> {
    return (await this.shown(recordingId))
      .filter(({ position }) => upTo === null || position <= upTo)
      .map((event) => {
        if (isBroken(event)) throw eventAltered(event.id, event.broken);
        return event;
      });
  }

  /** The reports are those that intact events name: an altered one could name those of others. */
  private async shown(recordingId: string): Promise<ShownEvent[]> {
    const own = await this.events.readForShow(recordingDecider.category, recordingId);
    const reportIds = own.flatMap((event) =>
      !isBroken(event) && event.type === 'ReportCommissioned' ? event.data.reportId : [],
    );
    const reports = await Promise.all(
      reportIds.map((reportId) => this.events.readForShow('report', reportId)),
    );
    return [...own, ...reports.flat()].sort((a, b) => (a.position < b.position ? -1 : 1));
  }
}

/** Whether it was altered since it was recorded. */
export function isBroken(event: ShownEvent): event is BrokenEvent {
  return 'broken' in event;
}

/** An event as the API shows it. */
export function toEntry(event: ShownEvent): TrailEntry {
  const { id, type, stream, revision, position, metadata } = event;
  return {
    ...{ id, type, stream, revision, position: position.toString(), metadata },
    ...(isBroken(event) ? { broken: event.broken } : { data: event.data }),
  };
}
