import {
  allTranscribed,
  analysisFailed,
  assembled,
  CLAIM,
  commissioned,
  copyFailed,
  copyMade,
  copyRequested,
  embedded,
  indexed,
  erased,
  OWNER,
  RECORDING,
  REPORT,
  requested,
  someFailure,
  split,
  transcribed,
  uploaded,
  written,
} from '@test/domain/some';
import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { reembeddingSaga } from './reembedding.saga';
import { recordingSaga } from './recording.saga';
import { reportSaga } from './report.saga';
import { Instruction, Saga } from './saga';

function react(saga: Saga, event: DomainEvent): unknown[] {
  // A reaction reads type and data alone.
  return saga
    .react(event as Recorded<DomainEvent>)
    .map((instruction: Instruction) =>
      instruction.kind === 'run'
        ? instruction.job
        : `call off ${instruction.kind === 'callOff' ? instruction.states : instruction.reportId}`,
    );
}
const recordingId = RECORDING;
const reportId = REPORT;

describe('Cancelling', () => {
  it('calls off what is queued, and cancels the reports', () =>
    expect(
      react(recordingSaga, { type: 'RecordingCancelled', data: { recordingId, reportIds: [reportId] } }),
    ).toEqual(['call off underWay', { type: 'CancelReport', recordingId, reportId }]));
  it('of one report calls off its writing only', () =>
    expect(
      react(reportSaga, { type: 'ReportCancelled', data: { recordingId, reportId, parts: ['overview'] } }),
    ).toEqual([`call off ${reportId}`]));
  it('is ended by a retry that begins the reports again', () => {
    const report = { reportId, reportType: 'summary', transcriptVersion: 1, language: 'en', owner: OWNER };
    const event: DomainEvent = {
      type: 'RecordingRetryRequested',
      data: { recordingId, round: 1, chunks: [], stages: ['index'], transcriptVersion: 1, reports: [report] },
    };
    expect(react(recordingSaga, event)).toEqual([
      'call off parked',
      { type: 'IndexTranscript', recordingId, transcriptVersion: 1 },
      { type: 'StartReport', recordingId, ...report },
    ]);
  });
});

describe('The recording saga', () => {
  const reacts = (event: DomainEvent, ...expected: unknown[]): void =>
    expect(react(recordingSaga, event)).toEqual(expected);

  it('splits what was uploaded', () => reacts(uploaded(), { type: 'SplitAudio', recordingId }));
  it('transcribes the first chunks, and the others when they are released', () => {
    reacts(split(3, [0]), { type: 'TranscribeChunk', recordingId, chunkIndex: 0, round: 0 });
    reacts(
      { type: 'ChunksReleased', data: { recordingId, chunks: [1, 2] } },
      { type: 'TranscribeChunk', recordingId, chunkIndex: 1, round: 0 },
      { type: 'TranscribeChunk', recordingId, chunkIndex: 2, round: 0 },
    );
  });
  it('transcribes every chunk', () =>
    reacts(
      split(2),
      { type: 'TranscribeChunk', recordingId, chunkIndex: 0, round: 0 },
      { type: 'TranscribeChunk', recordingId, chunkIndex: 1, round: 0 },
    ));
  it('has a listening copy made when one is asked for', () =>
    reacts(copyRequested(2), { type: 'MakeListeningCopy', recordingId, copyVersion: 2 }));
  it('assembles when there is anything to assemble', () => {
    reacts(allTranscribed(2, 1, 1), { type: 'AssembleTranscript', recordingId, transcriptVersion: 2 });
    reacts(allTranscribed(1, 0, 2));
  });
  it('indexes a transcript', () =>
    reacts(assembled(3), { type: 'IndexTranscript', recordingId, transcriptVersion: 3 }));
  it('starts the reports that were commissioned', () =>
    reacts(commissioned(), {
      type: 'StartReport',
      ...{ recordingId, reportId, owner: OWNER, reportType: 'summary', transcriptVersion: 1, language: 'en' },
    }));
  it('goes on with what a retry names, and calls off what it overtakes', () => {
    const retry = (chunks: number[], stages: ('split' | 'assemble' | 'index' | 'erase')[]): DomainEvent => ({
      type: 'RecordingRetryRequested',
      data: { recordingId, round: 1, chunks, stages, transcriptVersion: 2, reports: [] },
    });
    reacts(retry([1], []), 'call off parked', {
      type: 'TranscribeChunk',
      recordingId,
      chunkIndex: 1,
      round: 1,
    });
    reacts(
      retry([], ['split', 'assemble', 'index', 'erase']),
      'call off parked',
      { type: 'SplitAudio', recordingId },
      { type: 'AssembleTranscript', recordingId, transcriptVersion: 2 },
      { type: 'IndexTranscript', recordingId, transcriptVersion: 2 },
      { type: 'EraseRecordingData', recordingId },
    );
  });
  it('erases everything that stands on a recording', () =>
    reacts(
      erased([REPORT]),
      'call off unfinished',
      { type: 'EraseReport', recordingId, reportId },
      { type: 'EraseRecordingData', recordingId },
      { type: 'ReleaseAudioClaim', recordingId, claimId: CLAIM },
    ));
  it('has it said that passages are found, but not of what an earlier build embedded', () => {
    const source = { kind: 'transcript', transcriptVersion: 2 };
    reacts(embedded(2, 3), { type: 'ConfirmIndexed', recordingId, source, embedding: 3 });
    reacts(embedded(2, null));
  });
  it('leaves everything else alone', () => {
    reacts(transcribed(0));
    reacts(indexed());
    reacts(copyMade());
    reacts(copyFailed());
    reacts({ type: 'NoSpeechFound', data: { recordingId, transcriptVersion: 1, gaps: [] } });
    reacts({ type: 'RecordingStageFailed', data: { recordingId, stage: 'split', failure: someFailure } });
  });
});

describe('The report saga', () => {
  const reacts = (event: DomainEvent, ...expected: unknown[]): void =>
    expect(react(reportSaga, event)).toEqual(expected);
  const part = (name: string, round: number) => ({
    type: 'WriteReportPart',
    recordingId,
    reportId,
    part: name,
    round,
  });

  it('writes every part', () => reacts(requested(), part('overview', 0), part('key-points', 0)));
  it('indexes what is complete', () =>
    reacts(
      { type: 'AnalysisCompleted', data: { reportId, recordingId } },
      { type: 'IndexReport', recordingId, reportId, round: 0 },
    ));
  it('goes on with what a retry names', () =>
    reacts(
      {
        type: 'ReportRetryRequested',
        data: { reportId, recordingId, round: 2, parts: ['overview'], index: true },
      },
      part('overview', 2),
      { type: 'IndexReport', recordingId, reportId, round: 2 },
    ));
  it('has it said that passages are found', () => {
    const source = { kind: 'report' as const, reportId };
    const event: DomainEvent = { type: 'PassagesEmbedded', data: { ...embedded().data, source } };
    reacts(event, { type: 'ConfirmIndexed', recordingId, source, embedding: 1 });
  });
  it('leaves everything else alone', () => {
    reacts(written('overview'));
    reacts(analysisFailed('overview'));
  });
});

describe('The re-embedding saga', () => {
  const saga = reembeddingSaga('transformers/model/3');
  it('has what another embedder embedded embedded again', () => {
    const { source } = embedded(2).data;
    expect(react(saga, embedded(2))).toEqual([
      { type: 'ReembedPassages', recordingId, source, embedder: 'transformers/model/3' },
    ]);
  });
  it('leaves what its own embedder made', () => {
    expect(react(reembeddingSaga('hashing/1/4'), embedded(2))).toEqual([]);
  });
});
