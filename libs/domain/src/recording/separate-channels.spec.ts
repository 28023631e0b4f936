import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  chunkFailed,
  copyRequested,
  embedded,
  indexed,
  RECORDING,
  someCall,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { recordingDecider } from './decider';
import { AudioSplit, AudioUploaded, NoSpeechFound, RecordingEvent, TranscriptAssembled } from './events';

type Split = Extract<RecordingEvent, { type: 'AudioSplit' }>;

/** Two channels of two chunks each: 0 and 1 are the first channel's, 2 and 3 the second's. */
const inChannels = (
  firstChunks?: number[],
  speech: Split['data']['chunks'][number]['speech'][] = [],
): Split => {
  const { data, ...event } = split(4, firstChunks);
  const chunks = data.chunks.map((chunk, index) => ({
    ...chunk,
    ...{ channel: index < 2 ? 1 : 2, start: (index % 2) * 10, end: (index % 2) * 10 + 10 },
    speech: speech[index] ?? [],
  }));
  return { ...event, data: { ...data, chunks } };
};
const nothingIn = (chunkIndex: number, code?: string): RecordingEvent => {
  const { data, ...event } = transcribed(chunkIndex);
  const gaps = code === undefined ? [] : [{ start: 1, end: 4, code }];
  return { ...event, data: { ...data, segments: [], gaps } };
};
const hear = (chunkIndex: number, segments: { start: number; end: number; text: string }[]) => ({
  type: 'RecordChunkTranscription' as const,
  result: {
    ...{ round: 0, chunkIndex, segments, language: 'en', gaps: [], removed: [] },
    ...{ call: someCall, discardedCalls: [] },
  },
  languageWasDetected: true,
});
const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);
const spoken = [{ start: 0, end: 1, text: 'hello', speaker: 'Channel 2' }];
const transcript = (lines = spoken) => ({
  type: 'RecordTranscript' as const,
  ...{ transcriptVersion: 1, language: 'en', lines },
});

describe('A recording with separate channels', () => {
  it('is assembled when the chunks of all channels are done', () => {
    const most = [uploaded(), inChannels(), transcribed(0), transcribed(1), transcribed(2)];
    recording(...most)
      .when(hear(3, []))
      .thenTypes('ChunkTranscribed', 'AllChunksTranscribed');
  });

  it('asks the chunks for the language in order of time, so that a silent channel holds up no other', () => {
    const waiting = recording(uploaded([], null), inChannels([0]));
    waiting
      .when(hear(0, []))
      .then(
        expect.anything() as never,
        { type: 'ChunksReleased', data: { recordingId: RECORDING, chunks: [2] } },
        copyRequested(),
      );
    waiting
      .when(hear(0, [{ start: 0, end: 1, text: 'hello' }]))
      .then(
        expect.anything() as never,
        { type: 'LanguageDetected', data: { recordingId: RECORDING, chunkIndex: 0, language: 'en' } },
        { type: 'ChunksReleased', data: { recordingId: RECORDING, chunks: [2, 1, 3] } },
        copyRequested(),
      );
  });

  it('has a transcript when one channel is silent', () => {
    const done = [
      ...[0, 1].map((n) => nothingIn(n)),
      transcribed(2),
      transcribed(3),
      allTranscribed(1, 4, 0),
    ];
    recording(uploaded([]), inChannels(), ...done)
      .when(transcript())
      .then({ type: 'TranscriptAssembled', data: { ...assembled().data, lines: spoken, wordCount: 1 } });
  });

  it('is without speech only when all channels are silent', () => {
    const nothing = [0, 1, 2].map((n) => nothingIn(n));
    recording(uploaded(), inChannels(), ...nothing, nothingIn(3), allTranscribed(1, 4, 0))
      .when(transcript([]))
      .thenTypes('NoSpeechFound');
    recording(uploaded(), inChannels(), ...nothing, nothingIn(3, 'not_recognised'), allTranscribed(1, 4, 0))
      .when(transcript([]))
      .thenTypes('RecordingStageFailed');
    const people = inChannels(undefined, [[], [], [], [{ start: 1, end: 2 }]]);
    recording(uploaded(), people, ...nothing, chunkFailed(3), allTranscribed(1, 3, 1))
      .when(transcript([]))
      .thenTypes('RecordingStageFailed');
  });

  it('names the channel of what is missing, and no channel for what the file lacks', () => {
    const { data, ...event } = inChannels();
    const missing = { start: 12, end: 14, code: 'missing_in_file' };
    const withGap: Split = { ...event, data: { ...data, gaps: [missing] } };
    const done = [transcribed(0), chunkFailed(1), nothingIn(2, 'repetition'), transcribed(3)];
    recording(uploaded([]), withGap, ...done, allTranscribed(1, 3, 1))
      .when(transcript())
      .then({
        type: 'TranscriptAssembled',
        data: {
          ...assembled().data,
          ...{ lines: spoken, wordCount: 1 },
          gaps: [
            { chunkIndex: 2, start: 1, end: 4, code: 'repetition', channel: 2 },
            { chunkIndex: 1, start: 10, end: 20, code: 'unavailable', channel: 1 },
            { chunkIndex: 1, ...missing, channel: null },
          ],
        },
      });
  });

  it('continues, once cancelled, with what was under way on any channel', () => {
    const cancelled: RecordingEvent = {
      type: 'RecordingCancelled',
      data: { recordingId: RECORDING, reportIds: [] },
    };
    const { state } = recording(uploaded([]), inChannels(), transcribed(0), transcribed(3), cancelled);
    expect(recordingDecider.decide(state, { type: 'RequestRetry' })).toMatchObject({
      events: [{ type: 'RecordingRetryRequested', data: { chunks: [1, 2] } }],
    });
  });

  it('is transcribed again on all channels', () => {
    const done = [0, 1, 2, 3].map((index) => transcribed(index));
    const { state } = recording(uploaded([]), inChannels(), ...done, allTranscribed(1, 4, 0), assembled());
    const ready = [embedded(), indexed()].reduce(recordingDecider.evolve, state);
    expect(recordingDecider.decide(ready, { type: 'RequestRetranscription', language: 'de' })).toMatchObject({
      events: [{ type: 'RetranscriptionRequested', data: { chunks: [0, 1, 2, 3] } }],
    });
  });

  it('is retried at the chunks that failed, whatever their channel', () => {
    const done = [transcribed(0), chunkFailed(1), transcribed(2), chunkFailed(3), allTranscribed(1, 2, 2)];
    const { state } = recording(uploaded([]), inChannels(), ...done, assembled());
    expect(recordingDecider.decide(state, { type: 'RequestRetry' })).toMatchObject({
      events: [{ type: 'RecordingRetryRequested', data: { chunks: [1, 3], round: 1 } }],
    });
  });
});

describe('What was recorded before channels could be separate', () => {
  const gap = { chunkIndex: 0, start: 0, end: 1, code: 'x' };

  it('is mixed', () => {
    expect(AudioUploaded.upcasters[1]?.({ audio: {} })).toMatchObject({ channels: 'mixed' });
    const chunk = { index: 0, silences: [] };
    expect(AudioSplit.upcasters[2]?.({ chunks: [chunk] })).toMatchObject({
      chunks: [{ ...chunk, channel: null }],
      mixedBecause: null,
    });
  });

  it('has gaps of all channels', () => {
    for (const { upcasters } of [TranscriptAssembled, NoSpeechFound]) {
      expect(upcasters[1]?.({ gaps: [gap] })).toEqual({ gaps: [{ ...gap, channel: null }] });
    }
  });
});
