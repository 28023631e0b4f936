import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { confirmIndexed, Instruction, run, Saga } from './saga';

/** Leads a report from its request over its parts to the index. */
export const reportSaga: Saga = {
  name: 'report-saga',
  filter: { streamPrefixes: ['report-'] },
  react,
};

function react(event: Recorded<DomainEvent>): Instruction[] {
  switch (event.type) {
    case 'ReportRequested': {
      const { recordingId, reportId, parts } = event.data;
      return parts.map(({ part }) => run({ type: 'WriteReportPart', recordingId, reportId, part, round: 0 }));
    }
    case 'AnalysisCompleted':
      return [run({ type: 'IndexReport', ...event.data, round: 0 })];
    case 'PassagesEmbedded':
      return confirmIndexed(event);
    case 'ReportRetryRequested': {
      const { recordingId, reportId, round, parts, index } = event.data;
      return [
        ...parts.map((part) => run({ type: 'WriteReportPart', recordingId, reportId, part, round })),
        ...(index ? [run({ type: 'IndexReport', recordingId, reportId, round })] : []),
      ];
    }
    case 'ReportCancelled': {
      const { recordingId, reportId } = event.data;
      return [{ kind: 'callOffReport', recordingId, reportId }];
    }
    default:
      return [];
  }
}
