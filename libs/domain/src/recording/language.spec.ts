import { given } from '@test/domain/given';
import {
  allTranscribed,
  chunkFailed,
  copyRequested,
  RECORDING,
  someFailure,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent } from './events';

const transcribe = (chunkIndex: number): RecordingCommand => {
  const { recordingId: _, ...result } = transcribed(chunkIndex).data;
  return { type: 'RecordChunkTranscription', result, languageWasDetected: true };
};
const failChunk = (chunkIndex: number): RecordingCommand => ({
  type: 'RecordChunkFailure',
  ...{ round: 0, chunkIndex, failure: someFailure },
});
const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);

describe('The language', () => {
  const { recordingId: _, firstChunks: _all, ...splitData } = split(3).data;
  const recordSplit = (detectsLanguage: boolean): RecordingCommand => ({
    type: 'RecordSplit',
    split: splitData,
    detectsLanguage,
  });
  const unknown = uploaded(['summary'], null);
  const silent = (chunkIndex: number): RecordingEvent => ({
    type: 'ChunkTranscribed',
    data: { ...transcribed(chunkIndex).data, segments: [] },
  });
  const hearNothing = (chunkIndex: number): RecordingCommand => {
    const { recordingId: _id, ...result } = transcribed(chunkIndex).data;
    return {
      type: 'RecordChunkTranscription',
      result: { ...result, segments: [] },
      languageWasDetected: true,
    };
  };
  const detected = (chunkIndex: number): RecordingEvent => ({
    type: 'LanguageDetected',
    data: { recordingId: RECORDING, chunkIndex, language: 'en' },
  });
  const released = (...chunks: number[]): RecordingEvent => ({
    type: 'ChunksReleased',
    data: { recordingId: RECORDING, chunks },
  });

  it('that was given lets all chunks begin', () =>
    recording(uploaded()).when(recordSplit(true)).then(split(3)));
  it('that the recogniser does not detect is not waited for', () =>
    recording(unknown).when(recordSplit(false)).then(split(3)));
  it('that is to be detected lets the first chunk begin alone', () =>
    recording(unknown)
      .when(recordSplit(true))
      .then(split(3, [0])));
  it('is what the first chunk with speech tells, and lets the others go on', () =>
    recording(unknown, split(3, [0]))
      .when(transcribe(0))
      .then(transcribed(0), detected(0), released(1, 2), copyRequested()));
  it('is asked of the next chunk when one is silent, or failed', () => {
    recording(unknown, split(3, [0]))
      .when(hearNothing(0))
      .then(silent(0), released(1), copyRequested());
    recording(unknown, split(3, [0]))
      .when(failChunk(0))
      .then(chunkFailed(0), released(1), copyRequested());
    recording(unknown, split(3, [0]), silent(0), released(1))
      .when(transcribe(1))
      .then(transcribed(1), detected(1), released(2));
  });
  it('is not waited for when a chunk with speech does not tell it', () => {
    const { recordingId: _id, ...result } = transcribed(0).data;
    const untold = { ...result, language: null };
    recording(unknown, split(3, [0]))
      .when({ type: 'RecordChunkTranscription', result: untold, languageWasDetected: true })
      .then(
        { type: 'ChunkTranscribed', data: { recordingId: RECORDING, ...untold } },
        released(1, 2),
        copyRequested(),
      );
  });
  it('may be told by the last chunk', () =>
    recording(unknown, split(2, [0]), silent(0), released(1))
      .when(transcribe(1))
      .then(transcribed(1), detected(1), allTranscribed(1, 2, 0)));
  it('is not called detected where the recogniser knows no other', () => {
    const { recordingId: _id, ...result } = transcribed(0).data;
    recording(unknown, split(3))
      .when({ type: 'RecordChunkTranscription', result, languageWasDetected: false })
      .then(transcribed(0), copyRequested());
  });
  it('is told once', () =>
    recording(unknown, split(3, [0]), transcribed(0), detected(0), released(1, 2))
      .when(transcribe(1))
      .then(transcribed(1)));
});
