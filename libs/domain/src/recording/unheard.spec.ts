import { given } from '@test/domain/given';
import { allTranscribed, chunkFailed, RECORDING, split, transcribed, uploaded } from '@test/domain/some';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';
import { evolveRecording, initialRecording, PresentRecording } from './state';

const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);
const noLines: RecordingCommand = {
  type: 'RecordTranscript',
  transcriptVersion: 1,
  language: null,
  lines: [],
};

const splitInto = (...speech: ({ start: number; end: number }[] | null)[]): RecordingEvent => {
  const { data } = split(speech.length);
  return {
    type: 'AudioSplit',
    data: {
      ...data,
      chunks: data.chunks.map((chunk, index) => ({ ...chunk, speech: speech[index] ?? null })),
    },
  };
};
const nothingIn = (chunkIndex: number, ...codes: string[]): RecordingEvent => {
  const { data } = transcribed(chunkIndex);
  const gaps = codes.map((code) => ({ start: 2, end: 9, code }));
  return { type: 'ChunkTranscribed', data: { ...data, segments: [], gaps } };
};
const notRecognised: RecordingEvent = {
  type: 'RecordingStageFailed',
  data: {
    recordingId: RECORDING,
    stage: 'assemble',
    failure: { code: 'not_recognised', provider: null, requestId: null, attempts: 1 },
  },
};
const unheard = [
  uploaded(),
  splitInto([], [{ start: 2, end: 9 }]),
  nothingIn(0),
  nothingIn(1, 'not_recognised'),
  allTranscribed(1, 2, 0),
];

const retryOfTheSecond: RecordingEvent = {
  type: 'RecordingRetryRequested',
  data: { recordingId: RECORDING, round: 1, chunks: [1], stages: [], transcriptVersion: 1, reports: [] },
};

describe('A recording without text', () => {
  it.each(['not_recognised', 'recogniser_stopped'])(
    'that has a gap %s is not one in which nobody speaks',
    (code) =>
      recording(uploaded(), splitInto([]), nothingIn(0, code), allTranscribed(1, 1, 0))
        .when(noLines)
        .then(notRecognised),
  );
  it('of which a chunk failed that may hold speech is not one either', () => {
    for (const speech of [null, [{ start: 2, end: 9 }]]) {
      recording(uploaded(), splitInto([], speech), nothingIn(0), chunkFailed(1), allTranscribed(1, 1, 1))
        .when(noLines)
        .then(notRecognised);
    }
  });
  it('whose chunks are all silent is one, whatever was left out on silence, and whether or not a silent one failed', () => {
    const gaps = [
      { chunkIndex: 0, start: 2, end: 9, code: 'text_on_silence', channel: null },
      { chunkIndex: 1, start: 10, end: 20, code: 'unavailable', channel: null },
    ];
    recording(
      uploaded(),
      splitInto([], []),
      nothingIn(0, 'text_on_silence'),
      chunkFailed(1),
      allTranscribed(1, 1, 1),
    )
      .when(noLines)
      .then({ type: 'NoSpeechFound', data: { recordingId: RECORDING, transcriptVersion: 1, gaps } });
  });
  it('is retried at the chunks in which something was left out', () =>
    recording(...unheard, notRecognised)
      .when({ type: 'RequestRetry' })
      .then(retryOfTheSecond));
  it('is no longer failed while it is retried', () => {
    const events: RecordingEvent[] = [...unheard, notRecognised, retryOfTheSecond];
    const state = events.reduce(evolveRecording, initialRecording) as PresentRecording;
    expect(state.failedStages).toEqual([]);
  });
});
