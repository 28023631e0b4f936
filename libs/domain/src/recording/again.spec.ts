import { given } from '@test/domain/given';
import { indexed, split, transcribed, uploaded, RECORDING, OWNER } from '@test/domain/some';
import { reportIdOf } from './asked';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';

const lines = [{ start: 0, end: 1, text: 'hello', speaker: null }];
const transcript = (transcriptVersion: number): RecordingEvent[] => [
  {
    type: 'AllChunksTranscribed',
    data: { recordingId: RECORDING, transcriptVersion, transcribed: 2, failed: 0 },
  },
  {
    type: 'TranscriptAssembled',
    data: { recordingId: RECORDING, transcriptVersion, language: 'en', lines, gaps: [], wordCount: 1 },
  },
  {
    type: 'PassagesEmbedded',
    data: {
      ...{ recordingId: RECORDING, owner: OWNER, language: 'en', passageIds: [], passages: [] },
      embedder: { provider: 'p', model: 'm', dimension: 1 },
      source: { kind: 'transcript', transcriptVersion },
      embedding: transcriptVersion,
    },
  },
  indexed(transcriptVersion, transcriptVersion),
];
const done: RecordingEvent[] = [uploaded([]), split(2), transcribed(0), transcribed(1), ...transcript(1)];
const again: RecordingEvent = {
  type: 'RetranscriptionRequested',
  data: { recordingId: RECORDING, round: 1, chunks: [0, 1], language: 'ru' },
};

describe('A transcript done again', () => {
  it('is asked for of all chunks, in a round of its own', () => {
    given(recordingDecider, done).when({ type: 'RequestRetranscription', language: 'ru' }).then(again);
  });
  it('gets the next version once all chunks are there', () => {
    const result = { ...transcribed(1, 1).data };
    given(recordingDecider, [...done, again, transcribed(0, 1)])
      .when({ type: 'RecordChunkTranscription', result, languageWasDetected: false })
      .then(transcribed(1, 1), {
        type: 'AllChunksTranscribed',
        data: { recordingId: RECORDING, transcriptVersion: 2, transcribed: 2, failed: 0 },
      });
  });
  it('is in the language that was asked for, or in that of before', () => {
    expect(given(recordingDecider, [...done, again]).state).toMatchObject({ language: 'ru' });
    const asBefore = { ...again, data: { ...again.data, language: null } } as RecordingEvent;
    expect(given(recordingDecider, [...done, asBefore]).state).toMatchObject({ language: 'en' });
  });
  it('is refused before there is one', () => {
    given(recordingDecider, [uploaded([]), split(2)])
      .when({ type: 'RequestRetranscription', language: null })
      .thenRefused('transcript_not_ready');
  });
  it('is refused while one is made', () => {
    given(recordingDecider, [...done, again])
      .when({ type: 'RequestRetranscription', language: null })
      .thenRefused('still_processing');
  });
});

describe('A report written again', () => {
  const commission = (edition: number): RecordingEvent => {
    const report = { reportType: 'summary', transcriptVersion: 1, language: 'en' };
    const reportId = reportIdOf(RECORDING, { ...report, ownLanguage: 'en', edition });
    return {
      type: 'ReportCommissioned',
      data: { recordingId: RECORDING, owner: OWNER, reportId, ...report },
    };
  };
  it('has an id of its own beside the first', () => {
    given(recordingDecider, [...done, commission(0)])
      .when({ type: 'CommissionReport', reportType: 'summary', language: null, again: true })
      .then(commission(1));
    given(recordingDecider, [...done, commission(0), commission(1)])
      .when({ type: 'CommissionReport', reportType: 'summary', language: null, again: true })
      .then(commission(2));
  });
  it('is the first where there is none', () => {
    given(recordingDecider, done)
      .when({ type: 'CommissionReport', reportType: 'summary', language: null, again: true })
      .then(commission(0));
  });
  it('is not written unless that is asked for', () => {
    given(recordingDecider, [...done, commission(0), commission(1)])
      .when({ type: 'CommissionReport', reportType: 'summary', language: null })
      .thenNothing();
  });
});
