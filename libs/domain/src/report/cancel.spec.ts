import { given } from '@test/domain/given';
import { RECORDING, REPORT, requested, someCall, someFailure, written } from '@test/domain/some';
import { ReportCommand } from './commands';
import { reportDecider } from './decider';
import { ReportEvent } from './events';

const ids = { reportId: REPORT, recordingId: RECORDING };
const report = (...events: ReportEvent[]) => given(reportDecider, events);
const cancel: ReportCommand = { type: 'CancelReport' };
const cancelled = (...parts: string[]): ReportEvent => ({ type: 'ReportCancelled', data: { ...ids, parts } });
const result = (part: string): ReportCommand => {
  const { reportId: _, recordingId: _r, ...rest } = written(part).data;
  return { type: 'RecordReportPart', written: rest };
};

describe('A cancelled report', () => {
  it('stops what is not written', () => {
    report(requested(), written('overview')).when(cancel).then(cancelled('key-points'));
    report(requested()).when(cancel).then(cancelled('overview', 'key-points'));
  });
  it('has nothing to stop when it is written, cancelled, erased or not begun', () => {
    report(requested(['overview']), written('overview'))
      .when(cancel)
      .thenNothing();
    report(requested(), cancelled('overview', 'key-points')).when(cancel).thenNothing();
    report(requested(), { type: 'ReportErased', data: ids }).when(cancel).thenNothing();
    report().when(cancel).thenNothing();
  });
  it('records what a late part cost, and not the part', () =>
    report(requested(), cancelled('overview', 'key-points'))
      .when(result('overview'))
      .then({ type: 'LateCallRecorded', data: { ...ids, call: someCall } }));
  it('passes over late failures', () =>
    report(requested(), cancelled('overview', 'key-points'))
      .when({ type: 'RecordReportFailure', round: 0, part: 'overview', failure: someFailure })
      .thenNothing());
  it('goes on with what it lacks', () => {
    const again: ReportEvent = {
      type: 'ReportRetryRequested',
      data: { ...ids, round: 1, parts: ['key-points'], index: false },
    };
    const stopped = [requested(), written('overview'), cancelled('key-points')];
    report(...stopped)
      .when({ type: 'RequestReportRetry' })
      .then(again);
    report(...stopped, again)
      .when(result('key-points'))
      .then(written('key-points'), { type: 'AnalysisCompleted', data: ids });
  });
});
