import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  chunkFailed,
  copyFailed,
  copyMade,
  copyRequested,
  erased,
  RECORDING,
  someFailure,
  split,
  transcribed,
  uploaded,
} from '@test/domain/some';
import { RecordingCommand } from '../commands';
import { recordingDecider } from '../decider';
import { RecordingEvent } from '../events';

const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);
const request = (lostObjectKey: string | null = null): RecordingCommand => ({
  type: 'RequestListeningCopy',
  lostObjectKey,
});
const record = (copyVersion = 1): RecordingCommand => {
  const { recordingId: _, ...copy } = copyMade(copyVersion).data;
  return { type: 'RecordListeningCopy', copy };
};
const fail = (copyVersion = 1): RecordingCommand => ({
  type: 'RecordListeningCopyFailure',
  copyVersion,
  failure: someFailure,
});
const transcribe = (chunkIndex: number): RecordingCommand => {
  const { recordingId: _, ...result } = transcribed(chunkIndex).data;
  return { type: 'RecordChunkTranscription', result, languageWasDetected: false };
};
const failChunk = (chunkIndex: number): RecordingCommand => ({
  type: 'RecordChunkFailure',
  round: 0,
  chunkIndex,
  failure: someFailure,
});
const cancelled: RecordingEvent = {
  type: 'RecordingCancelled',
  data: { recordingId: RECORDING, reportIds: [] },
};
/** A recording of a version that made no listening copies. */
const old = [uploaded([]), split(2), transcribed(0), transcribed(1), allTranscribed(1, 2, 0), assembled()];

describe('A listening copy', () => {
  it('is asked for by the first chunk that is transcribed, and by no other', () => {
    recording(uploaded(), split()).when(transcribe(1)).then(transcribed(1), copyRequested());
    recording(uploaded(), split(3), transcribed(1), copyRequested()).when(transcribe(0)).then(transcribed(0));
  });
  it('is asked for by the first chunk that fails', () =>
    recording(uploaded(), split()).when(failChunk(0)).then(chunkFailed(0), copyRequested()));
  it('is not asked for by a recording that is processed while an update is installed', () =>
    recording(uploaded(), split(3), transcribed(1)).when(transcribe(0)).then(transcribed(0)));
  it('is not asked for again where somebody did so before transcription began', () =>
    recording(uploaded(), split(), copyRequested()).when(transcribe(0)).then(transcribed(0)));

  it('of an old recording is asked for by its first request', () => {
    recording(...old)
      .when(request())
      .then(copyRequested());
    recording(...old, copyRequested())
      .when(request())
      .thenNothing();
    recording(...old, copyRequested(), copyMade())
      .when(request())
      .thenNothing();
  });
  it('needs the audio to be split, which fixes the clock', () => {
    recording(uploaded()).when(request()).thenRefused('not_split');
    recording().when(request()).thenRefused('recording_not_found');
  });

  it('is recorded once', () => {
    recording(...old, copyRequested())
      .when(record())
      .then(copyMade());
    recording(...old, copyRequested(), copyMade())
      .when(record())
      .thenNothing();
    recording(...old, copyRequested(), copyMade())
      .when(fail())
      .thenNothing();
  });
  it('of an earlier request is not used', () => {
    const lost = copyMade().data.audio.objectKey;
    recording(...old, copyRequested(), copyMade(), copyRequested(2, lost))
      .when(record(1))
      .thenNothing();
  });
  it.each(['audio', 'peaks'] as const)('whose %s is missing is made again', (part) => {
    const lost = copyMade().data[part].objectKey;
    recording(...old, copyRequested(), copyMade())
      .when(request(lost))
      .then(copyRequested(2, lost));
    recording(...old, copyRequested(), copyMade(), copyRequested(2, lost))
      .when(request(lost))
      .thenNothing();
    recording(...old, copyRequested(), copyMade(), copyRequested(2, lost), copyMade(2))
      .when(request(lost))
      .thenNothing();
  });

  it('that cannot be made fails by itself: the recording goes on', () => {
    recording(...old, copyRequested())
      .when(fail())
      .then(copyFailed());
    const { state } = recording(...old, copyRequested(), copyFailed());
    expect(state).toMatchObject({ failedStages: [], listeningCopy: { status: 'failed' } });
  });
  it('that failed is not asked for by reading, but by a retry', () => {
    const failed = recording(...old, copyRequested(), copyFailed());
    failed.when(request()).thenNothing();
    failed.when({ type: 'RequestRetry' }).then(copyRequested(2));
    recording(uploaded(), split(2), transcribed(0), copyRequested(), chunkFailed(1), copyFailed())
      .when({ type: 'RequestRetry' })
      .thenTypes('RecordingRetryRequested', 'ListeningCopyRequested');
  });
  it('that failed is taken from its job when that is retried by hand', () =>
    recording(...old, copyRequested(), copyFailed())
      .when(record())
      .then(copyMade()));

  it('is made also when processing was cancelled', () => {
    recording(uploaded(), split(), transcribed(0), copyRequested(), cancelled)
      .when(record())
      .then(copyMade());
    recording(uploaded(), split(), cancelled).when(request()).then(copyRequested());
  });
  it('is gone with the recording', () => {
    const gone = recording(...old, copyRequested(), erased());
    gone.when(record()).thenNothing();
    gone.when(fail()).thenNothing();
    gone.when(request()).thenRefused('recording_erased');
  });
});
