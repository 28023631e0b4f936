import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  chunkFailed,
  commissioned,
  embedded,
  indexed,
  erased,
  OWNER,
  RECORDING,
  REPORT,
  someCall,
  someFailure,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent, RecordingRetryRequested, RecordingStage } from './events';

const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);
const cancel: RecordingCommand = { type: 'CancelProcessing' };
const retry: RecordingCommand = { type: 'RequestRetry' };
const cancelled = (reportIds: string[] = []): RecordingEvent => ({
  type: 'RecordingCancelled',
  data: { recordingId: RECORDING, reportIds },
});
const noSpeech: RecordingEvent = {
  type: 'NoSpeechFound',
  data: { recordingId: RECORDING, transcriptVersion: 1, gaps: [] },
};
const stageFailed = (stage: RecordingStage): RecordingEvent => ({
  type: 'RecordingStageFailed',
  data: { recordingId: RECORDING, stage, failure: someFailure },
});
const commission = {
  ...{ reportId: REPORT, reportType: 'summary', transcriptVersion: 1, language: 'en', owner: OWNER },
};
const goesOn = (
  chunks: number[],
  stages: RecordingStage[],
  transcriptVersion: number | null,
  reports: (typeof commission)[] = [],
): RecordingEvent => ({
  type: 'RecordingRetryRequested',
  data: { recordingId: RECORDING, round: 1, chunks, stages, transcriptVersion, reports },
});
const lateCall: RecordingEvent = {
  type: 'LateCallRecorded',
  data: { recordingId: RECORDING, reportId: null, call: someCall },
};

/** The course of a recording up to each stage, and what going on asks for after a cancellation there. */
const STAGES: [string, RecordingEvent[], RecordingEvent][] = [
  ['split', [uploaded()], goesOn([], ['split'], null)],
  ['transcribed', [uploaded(), split(), transcribed(0)], goesOn([1], [], null)],
  ['waiting for the language', [uploaded([], null), split(3, [0])], goesOn([0], [], null)],
  [
    'transcribed, with a gap',
    [uploaded(), split(3), transcribed(0), chunkFailed(1)],
    goesOn([1, 2], [], null),
  ],
  ['assembled', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0)], goesOn([], ['assemble'], 1)],
  [
    'indexed, while its report is being written',
    [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(), commissioned()],
    goesOn([], ['index'], 1, [commission]),
  ],
];

describe('Cancelling', () => {
  it.each(STAGES)('stops a recording that is being %s', (_stage, events) => {
    const reportIds = events.some(({ type }) => type === 'ReportCommissioned') ? [REPORT] : [];
    recording(...events)
      .when(cancel)
      .then(cancelled(reportIds));
  });

  it.each(STAGES)('lets a recording go on that was being %s', (_stage, events, requested) => {
    const resumed = recording(...events, cancelled());
    resumed.when(retry).then(requested);
    // And then it can be cancelled again.
    recording(...events, cancelled(), requested)
      .when(cancel)
      .thenTypes('RecordingCancelled');
  });

  it('is done once', () => recording(uploaded(), cancelled()).when(cancel).thenNothing());

  it.each<[string, RecordingEvent[]]>([
    [
      'finished',
      [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(), embedded(), indexed()],
    ],
    ['without speech', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), noSpeech]],
    ['failed as a whole', [uploaded(), stageFailed('split')]],
    ['failed in every chunk', [uploaded(), split(1), chunkFailed(0), allTranscribed(1, 0, 1)]],
    [
      'failed to be assembled',
      [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), stageFailed('assemble')],
    ],
    [
      'failed to be indexed',
      [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled(), stageFailed('index')],
    ],
  ])('finds nothing in a recording that is %s', (_what, events) =>
    recording(...events)
      .when(cancel)
      .thenRefused('nothing_to_cancel'),
  );

  it('of what is erased, or was never there, is refused', () => {
    recording(uploaded(), erased()).when(cancel).thenRefused('recording_erased');
    recording().when(cancel).thenRefused('recording_not_found');
  });

  it('does not keep from erasing', () =>
    recording(uploaded(), cancelled()).when({ type: 'EraseRecording' }).then(erased()));
});

describe('What comes after a cancellation', () => {
  const { recordingId: _, ...result } = transcribed(1).data;
  const late: RecordingCommand = { type: 'RecordChunkTranscription', result, languageWasDetected: false };
  const stopped = recording(uploaded(), split(), transcribed(0), cancelled());

  it('is paid for, and not used', () => stopped.when(late).then(lateCall));

  it('is paid for also where its first try was discarded', () =>
    stopped.when({ ...late, result: { ...result, discardedCalls: [someCall] } }).then(lateCall, lateCall));

  it('is dropped where it cost nothing', () => {
    const { recordingId: _id, firstChunks: _first, ...splitData } = split().data;
    const { recordingId: _r, owner: _o, ...passages } = embedded().data;
    const commands: RecordingCommand[] = [
      { type: 'RecordSplit', split: splitData, detectsLanguage: false },
      { type: 'RecordChunkFailure', round: 0, chunkIndex: 1, failure: someFailure },
      {
        type: 'RecordTranscript',
        transcriptVersion: 1,
        language: 'en',
        lines: assembled().data.lines as never,
      },
      { type: 'RecordPassages', embedded: passages },
      { type: 'RecordStageFailure', stage: 'split', failure: someFailure },
    ];
    for (const command of commands) stopped.when(command).thenNothing();
  });

  it('is used when the recording goes on meanwhile', () =>
    recording(uploaded(), split(), transcribed(0), cancelled(), goesOn([1], [], null))
      .when(late)
      .then(transcribed(1), allTranscribed(1, 2, 0)));
});

it('reads retries from before there were cancellations', () => {
  const before = { recordingId: RECORDING, round: 1, chunks: [0], stages: [], transcriptVersion: null };
  expect(RecordingRetryRequested.schema.parse(RecordingRetryRequested.upcasters[1]!(before))).toEqual({
    ...before,
    reports: [],
  });
});
