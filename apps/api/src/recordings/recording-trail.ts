import { Injectable } from '@nestjs/common';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { eventsOfType, RecordedEvents } from '@voxpersona/pipeline';

/** An event as auditors read it. Personal fields are opened; once erased they read `{"$erased": true}`. */
export interface TrailEntry {
  id: string;
  type: string;
  stream: string;
  revision: number;
  /** Place in the whole log, digits. */
  position: string;
  metadata: Recorded<DomainEvent>['metadata'];
  data: DomainEvent['data'];
}

/** Everything that was recorded of a recording and of its reports, in the order of the log. */
@Injectable()
export class RecordingTrail {
  constructor(private readonly events: RecordedEvents) {}

  async read(recordingId: string): Promise<TrailEntry[]> {
    return (await this.recorded(recordingId)).map(toEntry);
  }

  /** As they were recorded. */
  async recorded(recordingId: string): Promise<Recorded<DomainEvent>[]> {
    const own = await this.events.read(recordingDecider.category, recordingId);
    const reportIds = eventsOfType(own, 'ReportCommissioned').map((event) => event.data.reportId);
    const reports = await Promise.all(reportIds.map((reportId) => this.events.read('report', reportId)));
    return [...own, ...reports.flat()].sort((a, b) => (a.position < b.position ? -1 : 1));
  }
}

/** An event as the API shows it. */
export function toEntry({
  id,
  type,
  stream,
  revision,
  position,
  metadata,
  data,
}: Recorded<DomainEvent>): TrailEntry {
  return { id, type, stream, revision, position: position.toString(), metadata, data };
}
