import { given } from '@test/domain/given';
import {
  analysisFailed,
  OWNER,
  RECORDING,
  REPORT,
  requested,
  someCall,
  someFailure,
  written,
} from '@test/domain/some';
import { ReportCommand } from './commands';
import { reportDecider } from './decider';
import { ReportEvent } from './events';

const ids = { reportId: REPORT, recordingId: RECORDING };
const request: ReportCommand = { type: 'RequestReport', request: requested().data };
const write = (part: string): ReportCommand => ({
  type: 'RecordReportPart',
  written: { part, promptVersion: 'v1', text: 'text', call: someCall },
});
const fail = (part: string, round = 0): ReportCommand => ({
  type: 'RecordReportFailure',
  round,
  part,
  failure: someFailure,
});
const failIndexing = (round = 0): ReportCommand => ({
  type: 'RecordReportIndexingFailure',
  round,
  failure: someFailure,
});
const passages = {
  source: { kind: 'report' as const, reportId: REPORT },
  language: 'en',
  embedder: { provider: 'hashing', model: '1', dimension: 4 },
  passageIds: [],
  passages: [],
};
const index: ReportCommand = { type: 'RecordReportPassages', embedded: passages };
const embeddedEvent: ReportEvent = {
  type: 'PassagesEmbedded',
  data: { recordingId: RECORDING, owner: OWNER, ...passages, embedding: 1 },
};
const completed: ReportEvent = { type: 'AnalysisCompleted', data: ids };
const indexingFailed: ReportEvent = {
  type: 'ReportIndexingFailed',
  data: { ...ids, round: 0, failure: someFailure },
};
const retried = (round: number, parts: string[], withIndex: boolean): ReportEvent => ({
  type: 'ReportRetryRequested',
  data: { ...ids, round, parts, index: withIndex },
});
const erase: ReportCommand = { type: 'EraseReport', ...ids };
const erased: ReportEvent = { type: 'ReportErased', data: ids };

const report = (...events: ReportEvent[]) => given(reportDecider, events);

describe('A report that is not there', () => {
  it('begins with its request', () => report().when(request).then(requested()));
  it('can be erased before it begins', () => report().when(erase).then(erased));
  it.each([
    write('overview'),
    fail('overview'),
    index,
    failIndexing(),
    { type: 'RequestReportRetry' as const },
  ])('refuses $type', (command) => report().when(command).thenRefused('report_not_found'));
});

describe('Writing', () => {
  it('takes the same request twice', () => report(requested()).when(request).thenNothing());
  it('refuses the id for another recording', () =>
    report(requested())
      .when({ type: 'RequestReport', request: { ...requested().data, recordingId: OWNER } })
      .thenRefused('report_exists'));
  it('records parts in any order, and completes with the last', () => {
    report(requested()).when(write('key-points')).then(written('key-points'));
    report(requested(), written('key-points')).when(write('overview')).then(written('overview'), completed);
  });
  it('records a part once', () =>
    report(requested(), written('overview')).when(write('overview')).thenNothing());
  it('knows only its parts', () => {
    report(requested()).when(write('horoscope')).thenRefused('unknown_part');
    report(requested()).when(fail('horoscope')).thenRefused('unknown_part');
  });
  it('takes a part that was thought to have failed', () =>
    report(requested(['overview']), analysisFailed('overview'))
      .when(write('overview'))
      .then(written('overview'), completed));
});

describe('Failing and retrying', () => {
  it('records a failed part once, and not of a round that is over', () => {
    report(requested()).when(fail('overview')).then(analysisFailed('overview'));
    report(requested(), analysisFailed('overview')).when(fail('overview')).thenNothing();
    report(requested(), analysisFailed('overview'), retried(1, ['overview'], false))
      .when(fail('overview', 0))
      .thenNothing();
  });
  it('goes on at the parts that failed', () =>
    report(requested(), written('key-points'), analysisFailed('overview'))
      .when({ type: 'RequestReportRetry' })
      .then(retried(1, ['overview'], false)));
  it('goes on at the index', () => {
    report(requested(), completed).when(failIndexing()).then(indexingFailed);
    report(requested(), completed, indexingFailed).when(failIndexing()).thenNothing();
    report(requested(), completed, indexingFailed)
      .when({ type: 'RequestReportRetry' })
      .then(retried(1, [], true));
    report(requested(), completed, indexingFailed, retried(1, [], true))
      .when(failIndexing(0))
      .thenNothing();
  });
  it('is refused where nothing failed', () =>
    report(requested()).when({ type: 'RequestReportRetry' }).thenRefused('nothing_to_retry'));
});

describe('Indexing and erasing', () => {
  it('is indexed once', () => {
    report(requested(), completed).when(index).then(embeddedEvent);
    report(requested(), completed, embeddedEvent).when(index).thenNothing();
  });
  it('is erased, and then takes nothing more', () => {
    report(requested()).when(erase).then(erased);
    for (const late of [write('overview'), fail('overview'), index, failIndexing(), erase, request]) {
      report(requested(), erased).when(late).thenNothing();
      report(erased).when(late).thenNothing();
    }
    report(requested(), erased).when({ type: 'RequestReportRetry' }).thenRefused('report_erased');
  });
});
