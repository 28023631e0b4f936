import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  commissioned,
  embedded,
  indexed,
  erased,
  RECORDING,
  split,
} from '@test/domain/some';
import { transcribed, uploaded } from '@test/domain/some';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';
import { stageUnderWay } from './state';

const reports = ['a', 'b', 'c'].map((one) => `${one.repeat(8)}-0000-4000-8000-000000000000`);
const report = (index: number, transcriptVersion: number): RecordingEvent => {
  const { data, type } = commissioned(reports[index]);
  return { type, data: { ...data, transcriptVersion } };
};
const silent: RecordingEvent = {
  type: 'NoSpeechFound',
  data: { recordingId: RECORDING, transcriptVersion: 2, gaps: [] },
};
const first = [uploaded([]), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(1), report(0, 1)];
const both = [...first, allTranscribed(2, 1, 0), assembled(2), report(1, 2)];
const reject = (transcriptVersion: number): RecordingCommand => ({
  ...{ type: 'RejectTranscript', transcriptVersion },
});
const rejected = (transcriptVersion: number, reportIds: string[], restored: object | null): RecordingEvent =>
  ({
    type: 'TranscriptRejected',
    data: { recordingId: RECORDING, transcriptVersion, reportIds, restored },
  }) as RecordingEvent;
const { language, wordCount } = assembled(1).data;
const back = {
  ...{ transcriptVersion: 1, isSilent: false, language, wordCount, reportIds: [reports[0]] },
};
const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);

describe('A transcript that is rejected', () => {
  it('gives its place back to the one before, with the reports on it', () =>
    recording(...both)
      .when(reject(2))
      .then(rejected(2, [reports[1]!], back)));
  it('is passed over also later', () => {
    const three = [...both, allTranscribed(3, 1, 0), assembled(3), report(2, 3)];
    recording(...three)
      .when(reject(2))
      .then(rejected(2, [reports[1]!], null));
    recording(...three, rejected(2, [], null))
      .when(reject(3))
      .then(rejected(3, [reports[2]!], back));
  });
  it('is rejected once', () =>
    recording(...both, rejected(2, [], back))
      .when(reject(2))
      .thenNothing());
  it('may be one in which nobody speaks', () => {
    const again = [...first, allTranscribed(2, 1, 0), silent];
    recording(...again)
      .when(reject(2))
      .then(rejected(2, [], back));
    expect(recording(...again, rejected(2, [], back)).state).toMatchObject({ hasSpeech: true });
  });
  it('must not be the only one', () => {
    recording(...first)
      .when(reject(1))
      .thenRefused('no_other_transcript');
    recording(...first)
      .when(reject(2))
      .thenRefused('transcript_not_found');
  });
  it('of an erased recording says nothing', () =>
    recording(...both, erased())
      .when(reject(2))
      .thenNothing());
});

describe('The transcript that is current again', () => {
  const events = [...both, embedded(2), rejected(2, [reports[1]!], back)];
  it('has to be embedded anew, and takes no passages of the other', () => {
    const restored = recording(...events);
    expect(restored.state.phase === 'present' && stageUnderWay(restored.state)).toBe('index');
    const passages = (version: number): RecordingCommand => {
      const { recordingId: _, owner: __, ...data } = embedded(version).data;
      return { type: 'RecordPassages', embedded: data };
    };
    restored.when(passages(2)).thenNothing();
    restored.when(passages(1)).thenTypes('PassagesEmbedded');
    const done = recording(...events, embedded(1, 2), indexed(1, 2));
    expect(done.state.phase === 'present' && stageUnderWay(done.state)).toBeNull();
  });
  it('is the one that reports are written on', () =>
    recording(...events)
      .when({ type: 'CommissionReport', reportType: 'audit', language: null })
      .thenTypes('ReportCommissioned'));
  it('counts on from the highest version', () => {
    const again: RecordingEvent = {
      type: 'RetranscriptionRequested',
      data: { recordingId: RECORDING, round: 1, chunks: [0], language: null },
    };
    recording(...events, embedded(1, 2), indexed(1, 2), again)
      .when({
        ...{ type: 'RecordChunkTranscription', languageWasDetected: false },
        result: transcribed(0, 1).data,
      })
      .then(transcribed(0, 1), allTranscribed(3, 1, 0));
  });
});
