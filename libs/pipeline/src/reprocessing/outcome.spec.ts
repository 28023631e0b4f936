import {
  allTranscribed,
  analysisFailed,
  assembled,
  chunkFailed,
  commissioned,
  erased,
  RECORDING,
  REPORT,
  requested,
  someCall,
  someFailure,
  split,
  transcribed,
  uploaded,
  written,
} from '@test/domain/some';
import { correlationOf, DomainEvent, ReprocessingWork } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { outcomeOf } from './outcome';

const BATCH = '55555555-5555-4555-8555-555555555555';
const recordingId = RECORDING;

const of = (correlation: string, ...events: DomainEvent[]): Recorded<DomainEvent>[] =>
  events.map((event) => ({ ...event, metadata: { $correlationId: correlation } }) as Recorded<DomainEvent>);
const ofBatch = (...events: DomainEvent[]) => of(correlationOf(BATCH), ...events);
const before = of('request', uploaded([]), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(1));
const asked: DomainEvent = {
  type: 'RetranscriptionRequested',
  data: { recordingId, round: 1, chunks: [0], language: null },
};
const call = (costUsd: number | null) => ({ ...someCall, resultKey: 'e'.repeat(64), costUsd });
const heard = (costUsd: number | null = 0.25): DomainEvent => {
  const { type, data } = transcribed(0, 1);
  return { type, data: { ...data, call: call(costUsd) } };
};

const outcome = (
  work: ReprocessingWork,
  events: Recorded<DomainEvent>[],
  reportEvents: Recorded<DomainEvent>[] = [],
) => outcomeOf({ reprocessingId: BATCH, recordingId, work, events: [...before, ...events], reportEvents });

describe('A transcript that a batch asked for', () => {
  const transcript = (...events: Recorded<DomainEvent>[]) =>
    outcome({ kind: 'retranscribe', language: null }, events);
  const failure = (code: string, costUsd: number | null = 0) => ({
    ...{ type: 'RecordItemFailure', recordingId, code, costUsd },
  });

  it('is open until it is there', () => {
    expect(transcript()).toBeNull();
    expect(transcript(...of('another', asked, heard(), assembled(2)))).toBeNull();
    expect(transcript(...ofBatch(asked, heard()))).toBeNull();
  });
  it('is there with its version and its cost', () => {
    const result = { kind: 'transcript', transcriptVersion: 2 };
    const found = { type: 'RecordItemResult', recordingId, result };
    const done = ofBatch(allTranscribed(2, 1, 0), assembled(2));
    expect(transcript(...ofBatch(asked, heard()), ...done)).toEqual({ ...found, costUsd: 0.25 });
    expect(transcript(...ofBatch(asked, heard(null)), ...done)).toEqual({ ...found, costUsd: null });
    // Paid for long ago.
    expect(transcript(...ofBatch(asked, transcribed(0, 1)), ...done)).toEqual({ ...found, costUsd: 0 });
    const silent: DomainEvent = {
      type: 'NoSpeechFound',
      data: { recordingId, transcriptVersion: 2, gaps: [] },
    };
    expect(transcript(...ofBatch(asked, silent))).toMatchObject({ result });
  });
  it('is the first that came, also by somebody’s retry', () =>
    expect(transcript(...ofBatch(asked), ...of('retry', assembled(2), assembled(3)))).toMatchObject({
      result: { transcriptVersion: 2 },
    }));
  it('fails with the recording', () => {
    const stage = { stage: 'assemble' as const, failure: someFailure };
    const ends: [DomainEvent, string][] = [
      [erased(), 'recording_erased'],
      [{ type: 'RecordingCancelled', data: { recordingId, reportIds: [] } }, 'recording_cancelled'],
      [chunkFailed(0, 1), someFailure.code],
      [{ type: 'RecordingStageFailed', data: { recordingId, ...stage } }, 'assembling_failed'],
    ];
    for (const [event, code] of ends) {
      expect(transcript(...ofBatch(asked), ...of('another', event))).toEqual(failure(code));
    }
  });
});

describe('A report that a batch asked for', () => {
  const wanted = ofBatch(commissioned());
  const report = (...events: Recorded<DomainEvent>[]) =>
    outcome({ kind: 'report', reportType: 'summary', language: null }, wanted, events);
  const begun = ofBatch(requested(['overview']));
  const ids = { recordingId, reportId: REPORT };

  it('is open until all of it is written', () => {
    expect(report()).toBeNull();
    expect(report(...begun)).toBeNull();
    expect(report(...begun, ...ofBatch(written('overview')))).toEqual({
      ...{ type: 'RecordItemResult', recordingId, costUsd: someCall.costUsd },
      result: { kind: 'report', reportId: REPORT },
    });
  });
  it('fails as it did', () => {
    expect(report(...begun, ...ofBatch(analysisFailed('overview')))).toMatchObject({
      code: someFailure.code,
    });
    const cancelled: DomainEvent = { type: 'ReportCancelled', data: { ...ids, parts: ['overview'] } };
    expect(report(...begun, ...of('somebody', cancelled))).toMatchObject({ code: 'report_cancelled' });
    expect(report(...begun, ...of('x', { type: 'ReportErased', data: ids }))).toMatchObject({
      code: 'recording_erased',
    });
  });
  it('is not one of another type', () =>
    expect(outcome({ kind: 'report', reportType: 'audit', language: null }, wanted, [...begun])).toBeNull());
});
