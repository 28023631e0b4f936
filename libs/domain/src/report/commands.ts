import { EventOf } from '../shared/event-definition';
import { PassagesEmbedded } from '../shared/passages-embedded';
import { Failure } from '../shared/values';
import { ReportPartWritten, ReportRequested } from './events';

type DataOf<D> = EventOf<D> extends { data: infer Data } ? Data : never;

/** What can be asked of a report. The report is the stream that the command is sent to. */
export type ReportCommand =
  | { type: 'RequestReport'; request: DataOf<typeof ReportRequested> }
  | { type: 'RecordReportPart'; written: Omit<DataOf<typeof ReportPartWritten>, 'reportId' | 'recordingId'> }
  | { type: 'RecordReportFailure'; round: number; part: string; failure: Failure }
  | {
      type: 'RecordReportPassages';
      embedded: Omit<DataOf<typeof PassagesEmbedded>, 'recordingId' | 'owner' | 'embedding'>;
      /** Also where this embedder embedded them before: they had left the search, and are to come back. */
      again?: boolean;
    }
  /** Its passages could not be embedded. */
  | { type: 'RecordReportIndexingFailure'; round: number; failure: Failure }
  /** The passages of this `PassagesEmbedded` can be found by words and by vectors. */
  | { type: 'RecordIndexed'; embedding: number }
  | { type: 'RecordIndexingFailure'; embedding: number; failure: Failure }
  | { type: 'RequestReportRetry' }
  | { type: 'CancelReport' }
  /** What was there before it is used again. */
  | { type: 'RejectReport'; reportId: string; recordingId: string }
  | { type: 'EraseReport'; reportId: string; recordingId: string };
