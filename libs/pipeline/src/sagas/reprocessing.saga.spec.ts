import {
  allTranscribed,
  analysisFailed,
  assembled,
  chunkFailed,
  erased,
  OWNER,
  RECORDING,
  REPORT,
  someFailure,
  transcribed,
} from '@test/domain/some';
import { correlationOf, DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { recordingSaga } from './recording.saga';
import { reprocessingSaga } from './reprocessing.saga';

const BATCH = '55555555-5555-4555-8555-555555555555';
const ids = { reprocessingId: BATCH, owner: OWNER };
const recordingId = RECORDING;
const reportId = REPORT;

/** The jobs that follow from an event; of this batch, or of somebody's request. */
function jobs(event: DomainEvent, correlation: string): unknown[] {
  const metadata = { $correlationId: correlation };
  const instructions = reprocessingSaga.react({ ...event, metadata } as Recorded<DomainEvent>);
  return instructions.map((one) => (one.kind === 'run' ? one.job : one));
}
const ofBatch = (event: DomainEvent): unknown[] => jobs(event, correlationOf(BATCH));
const ofRequest = (event: DomainEvent): unknown[] => jobs(event, BATCH);
const review = (reprocessingId: string | null) => [
  { type: 'ReviewReprocessed', recordingId, reprocessingId },
];

describe('The saga of batches', () => {
  it('asks the recording whose turn it is', () => {
    const work = { kind: 'retranscribe' as const, language: 'ru' };
    expect(ofRequest({ type: 'ReprocessingItemStarted', data: { ...ids, recordingId, work } })).toEqual([
      { type: 'ReprocessRecording', recordingId, reprocessingId: BATCH, work },
    ]);
  });
  it.each<DomainEvent>([
    assembled(2),
    { type: 'NoSpeechFound', data: { recordingId, transcriptVersion: 2, gaps: [] } },
    chunkFailed(0, 1),
    { type: 'RecordingStageFailed', data: { recordingId, stage: 'assemble', failure: someFailure } },
    { type: 'AnalysisCompleted', data: { recordingId, reportId } },
    analysisFailed('overview'),
  ])('hears $type of its batches', (event) => expect(ofBatch(event)).toEqual(review(BATCH)));
  it.each<DomainEvent>([
    assembled(2),
    erased(),
    { type: 'RecordingCancelled', data: { recordingId, reportIds: [] } },
    { type: 'ReportCancelled', data: { recordingId, reportId, parts: ['overview'] } },
  ])('looks who is concerned by $type of somebody else', (event) =>
    expect(ofRequest(event)).toEqual(review(null)),
  );
  it('has nothing to do with what is of no batch', () => {
    for (const event of [assembled(1), chunkFailed(0), analysisFailed('overview')]) {
      expect(ofRequest(event)).toEqual([]);
    }
    expect(ofBatch(transcribed(0, 1))).toEqual([]);
    expect(ofBatch(allTranscribed(2, 1, 0))).toEqual([]);
    expect(ofBatch({ type: 'ReprocessingFinished', data: ids })).toEqual([]);
  });
  it('takes back what was rejected', () => {
    const items = [
      { recordingId, result: { kind: 'transcript' as const, transcriptVersion: 2 } },
      { recordingId, result: { kind: 'report' as const, reportId } },
    ];
    expect(ofRequest({ type: 'ReprocessingItemsRejected', data: { ...ids, items } })).toEqual([
      { type: 'RejectTranscript', recordingId, transcriptVersion: 2 },
      { type: 'RejectReport', recordingId, reportId },
    ]);
  });
});

describe('The recording saga, of a rejected transcript', () => {
  const other = '66666666-6666-4666-8666-666666666666';
  const react = (restored: object | null): unknown[] => {
    const data = { recordingId, transcriptVersion: 2, reportIds: [other], restored };
    const event = { type: 'TranscriptRejected', data } as Recorded<DomainEvent>;
    return recordingSaga.react(event).map((one) => (one.kind === 'run' ? one.job : one));
  };
  const restored = {
    ...{ transcriptVersion: 1, isSilent: false, language: 'en', wordCount: 2, reportIds: [reportId] },
  };
  const gone = { type: 'RejectReport', recordingId, reportId: other };

  it('rejects its reports, and has those of before found again', () => {
    expect(react(restored)).toEqual([
      gone,
      { type: 'IndexTranscript', recordingId, transcriptVersion: 1 },
      { type: 'IndexReport', recordingId, reportId, round: 0, again: true },
    ]);
  });
  it('finds nothing in silence', () =>
    expect(react({ ...restored, isSilent: true, reportIds: [] })).toEqual([gone]));
  it('leaves alone what was current all the time', () => expect(react(null)).toEqual([gone]));
});
