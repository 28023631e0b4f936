import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  embedded,
  erased,
  indexed,
  RECORDING,
  REPORT,
  requested,
  someFailure,
  split,
  transcribed,
  uploaded,
  written,
} from '@test/domain/some';
import { RecordingCommand } from '../recording/commands';
import { recordingDecider } from '../recording/decider';
import { RecordingEvent } from '../recording/events';
import { stageUnderWay } from '../recording/state';
import { reportDecider } from '../report/decider';
import { ReportEvent } from '../report/events';

const confirm = (embedding = 1) => ({ type: 'RecordIndexed' as const, embedding });
const giveUp = (embedding = 1) => ({
  ...{ type: 'RecordIndexingFailure' as const, embedding, failure: someFailure },
});

describe('A transcript', () => {
  const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);
  const before = [uploaded([]), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled()];
  const stage = (...events: RecordingEvent[]) => {
    const { state } = recording(...before, ...events);
    return state.phase === 'present' && stageUnderWay(state);
  };
  const passages = (version = 1): RecordingCommand => {
    const { recordingId: _, owner: __, embedding: ___, ...data } = embedded(version).data;
    return { type: 'RecordPassages', embedded: data };
  };
  const failed: RecordingEvent = {
    type: 'RecordingStageFailed',
    data: { recordingId: RECORDING, stage: 'index', failure: someFailure },
  };
  const retried: RecordingEvent = {
    type: 'RecordingRetryRequested',
    data: {
      ...{ recordingId: RECORDING, round: 1, chunks: [], stages: ['index'], transcriptVersion: 1 },
      reports: [],
    },
  };
  const cancelled: RecordingEvent = {
    type: 'RecordingCancelled',
    data: { recordingId: RECORDING, reportIds: [] },
  };

  it('is indexed once for every time that it was embedded', () => {
    recording(...before, embedded())
      .when(confirm())
      .then(indexed());
    recording(...before, embedded(), indexed())
      .when(confirm())
      .thenNothing();
    const twice = recording(...before, embedded(), embedded(1, 2), indexed());
    twice.when(confirm()).thenNothing();
    twice.when(confirm(2)).then(indexed(1, 2));
  });
  it('is under way until then', () => {
    expect(stage(embedded())).toBe('index');
    expect(stage(embedded(), indexed())).toBeNull();
    expect(stage(embedded(), indexed(), embedded(1, 2))).toBeNull();
  });
  it('that an earlier build embedded is indexed', () => {
    expect(stage(embedded(1, null))).toBeNull();
    recording(...before, embedded(1, null))
      .when(confirm())
      .thenNothing();
    // What is embedded after it has a number of its own.
    const { recordingId: _, owner: __, embedding: ___, ...data } = embedded(1).data;
    const embedder = { provider: 'other', model: '1', dimension: 4 };
    recording(...before, embedded(1, null))
      .when({ type: 'RecordPassages', embedded: { ...data, embedder } })
      .then({ ...embedded(1, 2), data: { ...embedded(1, 2).data, embedder } });
  });
  it('is not indexed once it is overtaken, cancelled or erased', () => {
    for (const end of [[allTranscribed(2, 1, 0), assembled(2)], [cancelled], [erased()]]) {
      recording(...before, embedded(), ...end)
        .when(confirm())
        .thenNothing();
      recording(...before, embedded(), ...end)
        .when(giveUp())
        .thenNothing();
    }
  });
  it('fails visibly, and is embedded anew when somebody retries', () => {
    recording(...before, embedded())
      .when(giveUp())
      .then(failed);
    recording(...before, embedded(), indexed(), embedded(1, 2))
      .when(giveUp(2))
      .thenNothing();
    for (const end of [failed, cancelled]) {
      const again = recording(...before, embedded(), end, retried);
      again.when(confirm()).thenNothing();
      again.when(passages()).then(embedded(1, 2));
      expect(stage(embedded(), end, retried, embedded(1, 2), indexed(1, 2))).toBeNull();
    }
    recording(...before, embedded(), cancelled)
      .when({ type: 'RequestRetry' })
      .then(retried);
  });
  it('is indexed after all where the job was retried by hand', () => {
    recording(...before, embedded(), failed)
      .when(confirm())
      .then(indexed());
    expect(stage(embedded(), failed, indexed())).toBeNull();
  });
});

describe('A report', () => {
  const report = (...events: ReportEvent[]) => given(reportDecider, events);
  const ids = { reportId: REPORT, recordingId: RECORDING };
  const source = { kind: 'report' as const, reportId: REPORT };
  const before: ReportEvent[] = [
    ...[requested(['overview']), written('overview')],
    { type: 'AnalysisCompleted', data: ids },
  ];
  const cut = (embedding: number | null = 1): ReportEvent => ({
    type: 'PassagesEmbedded',
    data: { ...embedded(1, embedding).data, source },
  });
  const found = (embedding = 1): ReportEvent => ({
    type: 'Indexed',
    data: { ...indexed(1, embedding).data, source },
  });
  const failed: ReportEvent = {
    type: 'ReportIndexingFailed',
    data: { ...ids, round: 0, failure: someFailure },
  };
  const retried: ReportEvent = {
    type: 'ReportRetryRequested',
    data: { ...ids, round: 1, parts: [], index: true },
  };

  it('is indexed once for every time that it was embedded', () => {
    report(...before, cut())
      .when(confirm())
      .then(found());
    report(...before, cut(), found())
      .when(confirm())
      .thenNothing();
    report(...before, cut(), found(), cut(2))
      .when(confirm(2))
      .then(found(2));
    report(...before, cut(null))
      .when(confirm())
      .thenNothing();
  });
  it('is not indexed once it is rejected or erased', () => {
    for (const type of ['ReportRejected', 'ReportErased'] as const) {
      report(...before, cut(), { type, data: ids })
        .when(confirm())
        .thenNothing();
    }
  });
  it('fails visibly, and is embedded anew when somebody retries', () => {
    report(...before, cut())
      .when(giveUp())
      .then(failed);
    report(...before, cut(), failed)
      .when({ type: 'RequestReportRetry' })
      .then(retried);
    const { recordingId: _, owner: __, embedding: ___, ...passages } = embedded().data;
    report(...before, cut(), failed, retried)
      .when({ type: 'RecordReportPassages', embedded: { ...passages, source } })
      .then(cut(2));
    report(...before, cut(), failed, retried, cut(2))
      .when(giveUp())
      .thenNothing();
    report(...before, cut(), found(), cut(2))
      .when(giveUp(2))
      .thenNothing();
  });
});
