import { given } from '@test/domain/given';
import { embedded, REPORT, RECORDING, requested, written } from '@test/domain/some';
import { ReportCommand } from './commands';
import { reportDecider } from './decider';
import { ReportEvent } from './events';

const ids = { reportId: REPORT, recordingId: RECORDING };
const rejected: ReportEvent = { type: 'ReportRejected', data: ids };
const report = (...events: ReportEvent[]) => given(reportDecider, events);
const source = { kind: 'report' as const, reportId: REPORT };
const inSearch: ReportEvent = { type: 'PassagesEmbedded', data: { ...embedded().data, source } };
const { recordingId: _, owner: __, ...passages } = inSearch.data;
const record = (again: boolean): ReportCommand => ({
  ...{ type: 'RecordReportPassages', embedded: passages, again },
});
const done = [requested(['overview']), written('overview')];

describe('A report that is rejected', () => {
  it('is so once', () => {
    report(...done)
      .when({ type: 'RejectReport', ...ids })
      .then(rejected);
    report(...done, rejected)
      .when({ type: 'RejectReport', ...ids })
      .thenNothing();
  });
  it('is not written on', () => {
    const cancelled: ReportEvent = { type: 'ReportCancelled', data: { ...ids, parts: ['key-points'] } };
    const half = [requested(), written('overview')];
    report(...half)
      .when({ type: 'RejectReport', ...ids })
      .then(cancelled, rejected);
    report(...half, cancelled, rejected)
      .when({ type: 'RequestReportRetry' })
      .thenRefused('nothing_to_retry');
  });
  it('does not come into the search any more', () => {
    report(...done)
      .when(record(false))
      .then(inSearch);
    report(...done, rejected)
      .when(record(false))
      .thenNothing();
    report(...done, rejected)
      .when(record(true))
      .thenNothing();
  });
  it('before it has begun never begins', () => {
    report()
      .when({ type: 'RejectReport', ...ids })
      .then(rejected);
    report(rejected).when({ type: 'RequestReport', request: requested().data }).thenNothing();
    report(rejected)
      .when({ type: 'RejectReport', ...ids })
      .thenNothing();
    report(rejected).when({ type: 'RequestReportRetry' }).thenRefused('nothing_to_retry');
  });
});

it('A report comes back into the search where that is asked for', () => {
  report(...done, inSearch)
    .when(record(false))
    .thenNothing();
  report(...done, inSearch)
    .when(record(true))
    .then({ ...inSearch, data: { ...inSearch.data, embedding: 2 } });
});
