import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { evolveRecordingView, RecordingView, stageOf, statusOf } from '@voxpersona/projections';

/** What one event means for whoever watches a recording. */
export interface Progress {
  recordingId: string;
  /** The event's type. */
  type: string;
  /** ISO 8601. */
  at: string;
  status: string;
  stage: string;
  chunks: { total: number; done: number; failed: number };
  reports: { id: string; type: string; status: string }[];
}

/**
 * Follows one recording through its events. The same fold as behind the table of recordings: what is told live and what is
 * read later never disagree.
 */
export class RecordingProgress {
  private view: RecordingView | undefined;

  /** Undefined for an event before the upload, which there is none. */
  take(event: Recorded<DomainEvent>): Progress | undefined {
    this.view = evolveRecordingView(this.view, event);
    if (!this.view) return undefined;
    const { id: recordingId, chunks, reports } = this.view;
    const count = (status: string): number => chunks.filter((chunk) => chunk.status === status).length;
    return {
      recordingId,
      type: event.type,
      at: event.metadata.recordedAt,
      status: statusOf(this.view),
      stage: stageOf(this.view),
      chunks: { total: chunks.length, done: count('transcribed'), failed: count('failed') },
      reports: reports.map(({ id, type, status }) => ({ id, type, status })),
    };
  }

  /** Nothing of it is under way. */
  get isOver(): boolean {
    if (!this.view) return false;
    const status = statusOf(this.view);
    const underWay = status === 'processing' || status === 'erasing';
    const { reports, listeningCopy } = this.view;
    const isCopyUnderWay = listeningCopy?.status === 'pending';
    return !underWay && !isCopyUnderWay && reports.every((report) => report.status !== 'writing');
  }
}
