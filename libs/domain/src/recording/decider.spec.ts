import { given } from '@test/domain/given';
import {
  allTranscribed,
  assembled,
  chunkFailed,
  CLAIM,
  commissioned,
  copyRequested,
  embedded,
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
import { deriveId } from '../shared/ids';
import { RecordingCommand } from './commands';
import { recordingDecider } from './decider';
import { RecordingEvent, RecordingStage } from './events';

const upload: RecordingCommand = { type: 'UploadAudio', audio: uploaded().data };
const transcribe = (chunkIndex: number, round = 0): RecordingCommand => {
  const { recordingId: _, ...result } = transcribed(chunkIndex, round).data;
  return { type: 'RecordChunkTranscription', result, languageWasDetected: true };
};
const failChunk = (chunkIndex: number, round = 0): RecordingCommand => ({
  type: 'RecordChunkFailure',
  round,
  chunkIndex,
  failure: someFailure,
});
const transcript = (transcriptVersion: number, lines = assembled().data.lines): RecordingCommand => ({
  type: 'RecordTranscript',
  transcriptVersion,
  language: 'en',
  lines: Array.isArray(lines) ? lines : [],
});
const index = (transcriptVersion: number): RecordingCommand => {
  const { recordingId: _, owner: _owner, ...rest } = embedded(transcriptVersion).data;
  return { type: 'RecordPassages', embedded: rest };
};
const stageFailed = (stage: RecordingStage): RecordingEvent => ({
  type: 'RecordingStageFailed',
  data: { recordingId: RECORDING, stage, failure: someFailure },
});
const retried = (
  round: number,
  chunks: number[],
  stages: RecordingStage[],
  version: number | null,
  reports: {
    reportId: string;
    reportType: string;
    transcriptVersion: number;
    language: string | null;
    owner: string;
  }[] = [],
): RecordingEvent => ({
  type: 'RecordingRetryRequested',
  data: { recordingId: RECORDING, round, chunks, stages, transcriptVersion: version, reports },
});
const eraseStage: RecordingCommand = {
  type: 'RecordErasure',
  erasure: { objectsDeleted: 1, storedResultsDeleted: 2, vectorsDeleted: 3 },
};
const erasureCompleted: RecordingEvent = {
  type: 'RecordingErasureCompleted',
  data: { recordingId: RECORDING, objectsDeleted: 1, storedResultsDeleted: 2, vectorsDeleted: 3 },
};

const recording = (...events: RecordingEvent[]) => given(recordingDecider, events);

describe('A recording that is not there', () => {
  it('begins with its audio', () => recording().when(upload).then(uploaded()));

  it.each<RecordingCommand>([
    { type: 'RequestRetry' },
    { type: 'EraseRecording' },
    transcribe(0),
    failChunk(0),
    transcript(1),
    index(1),
    eraseStage,
    { type: 'RecordStageFailure', stage: 'split', failure: someFailure },
  ])('refuses $type', (command) => recording().when(command).thenRefused('recording_not_found'));
});

describe('Uploading and splitting', () => {
  it('takes the same upload twice without a word', () => recording(uploaded()).when(upload).thenNothing());

  it('refuses other audio', () =>
    recording(uploaded())
      .when({ type: 'UploadAudio', audio: { ...uploaded().data, objectKey: 'other' } })
      .thenRefused('recording_exists'));

  const { recordingId: _, firstChunks: _first, ...splitData } = split().data;
  it('records the split once', () => {
    recording(uploaded())
      .when({ type: 'RecordSplit', split: splitData, detectsLanguage: true })
      .then(split());
    recording(uploaded(), split())
      .when({ type: 'RecordSplit', split: splitData, detectsLanguage: true })
      .thenNothing();
  });

  it('knows no chunk before it', () => recording(uploaded()).when(transcribe(0)).thenRefused('not_split'));
  it('knows only its chunks', () => {
    recording(uploaded(), split()).when(transcribe(7)).thenRefused('unknown_chunk');
    recording(uploaded(), split()).when(failChunk(7)).thenRefused('unknown_chunk');
  });
});

describe('Transcribing', () => {
  it('records a chunk while others are pending', () =>
    recording(uploaded(), split()).when(transcribe(1)).then(transcribed(1), copyRequested()));

  it('says with the last chunk that all are done', () =>
    recording(uploaded(), split(), transcribed(1))
      .when(transcribe(0))
      .then(transcribed(0), allTranscribed(1, 2, 0)));

  it('records a chunk once', () =>
    recording(uploaded(), split(), transcribed(0)).when(transcribe(0)).thenNothing());

  it('counts a failed last chunk too', () =>
    recording(uploaded(), split(), transcribed(0))
      .when(failChunk(1))
      .then(chunkFailed(1), allTranscribed(1, 1, 1)));

  it('announces also that every chunk failed', () =>
    recording(uploaded(), split(1))
      .when(failChunk(0))
      .then(chunkFailed(0), allTranscribed(1, 0, 1), copyRequested()));

  it('passes over a failure of a chunk that is done, and of a round that is over', () => {
    recording(uploaded(), split(), transcribed(0)).when(failChunk(0)).thenNothing();
    recording(uploaded(), split(1), chunkFailed(0), allTranscribed(1, 0, 1), retried(1, [0], [], 1))
      .when(failChunk(0, 0))
      .thenNothing();
  });

  it('takes a transcription that was thought to have failed', () =>
    recording(uploaded(), split(1), chunkFailed(0), allTranscribed(1, 0, 1))
      .when(transcribe(0))
      .then(transcribed(0), allTranscribed(2, 1, 0)));

  it('announces no new transcript when a retry brought nothing new', () =>
    recording(
      ...[uploaded(), split(), transcribed(0), chunkFailed(1), allTranscribed(1, 1, 1), assembled()],
      retried(1, [1], [], 1),
    )
      .when(failChunk(1, 1))
      .then(chunkFailed(1, 1)));
});

describe('The transcript', () => {
  const ready = [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0)];
  const reportId = deriveId('report', RECORDING, 'summary', 1);

  it('is recorded with the reports that it is to get', () =>
    recording(...ready)
      .when(transcript(1))
      .then(assembled(), commissioned(reportId)));

  it('gets no reports where none are wanted', () =>
    recording(uploaded([]), ...ready.slice(1))
      .when(transcript(1))
      .then(assembled()));

  it('is not recorded when a newer one was announced, nor twice', () => {
    recording(...ready)
      .when(transcript(2))
      .thenNothing();
    recording(...ready, assembled())
      .when(transcript(1))
      .thenNothing();
  });

  it('without lines is the finding that nobody speaks', () =>
    recording(...ready)
      .when(transcript(1, []))
      .then({ type: 'NoSpeechFound', data: { recordingId: RECORDING, transcriptVersion: 1, gaps: [] } }));

  it('shows failed chunks as gaps', () => {
    const gap = { chunkIndex: 1, start: 10, end: 20, code: 'unavailable', channel: null };
    recording(uploaded([]), split(), transcribed(0), chunkFailed(1), allTranscribed(1, 1, 1))
      .when(transcript(1))
      .then({ type: 'TranscriptAssembled', data: { ...assembled().data, gaps: [gap] } });
  });

  it('is indexed once, and only the newest', () => {
    recording(...ready, assembled())
      .when(index(1))
      .then(embedded());
    recording(...ready, assembled(), embedded())
      .when(index(1))
      .thenNothing();
    recording(...ready, assembled())
      .when(index(2))
      .thenNothing();
    const ofReport = { ...embedded().data, source: { kind: 'report' as const, reportId: REPORT } };
    recording(...ready, assembled())
      .when({ type: 'RecordPassages', embedded: ofReport })
      .thenNothing();
  });
});

describe('Retrying', () => {
  const retry: RecordingCommand = { type: 'RequestRetry' };

  it('is refused where nothing failed', () =>
    recording(uploaded(), split()).when(retry).thenRefused('nothing_to_retry'));

  it('goes on at the chunks that failed', () =>
    recording(uploaded(), split(), transcribed(0), chunkFailed(1), allTranscribed(1, 1, 1))
      .when(retry)
      .then(retried(1, [1], [], 1)));

  it.each<[RecordingStage, RecordingEvent[], number | null]>([
    ['split', [uploaded()], null],
    ['assemble', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0)], 1],
    ['index', [uploaded(), split(1), transcribed(0), allTranscribed(1, 1, 0), assembled()], 1],
  ])('goes on at the stage %s', (stage, before, version) =>
    recording(...before, stageFailed(stage))
      .when(retry)
      .then(retried(1, [], [stage], version)),
  );

  it('records a stage that is given up', () =>
    recording(uploaded())
      .when({ type: 'RecordStageFailure', stage: 'split', failure: someFailure })
      .then(stageFailed('split')));

  it('has nothing more to retry once it was asked for', () =>
    recording(uploaded(), stageFailed('split'), retried(1, [], ['split'], null))
      .when(retry)
      .thenRefused('nothing_to_retry'));
});

describe('Erasing', () => {
  it('names the reports that go too', () =>
    recording(uploaded(), commissioned())
      .when({ type: 'EraseRecording' })
      .then(erased([REPORT])));

  const gone = [uploaded(), split(1), erased()];

  it.each<RecordingCommand>([
    { type: 'EraseRecording' },
    transcribe(0),
    failChunk(0),
    transcript(1),
    index(1),
    {
      type: 'RecordSplit',
      split: {
        ...{ durationSeconds: 1, chunks: [], mixedBecause: null, engine: 'x', promptContext: '' },
        ...{ gaps: [], timeline: null },
      },
      detectsLanguage: true,
    },
    { type: 'RecordStageFailure', stage: 'split', failure: someFailure },
  ])('drops a late $type', (command) =>
    recording(...gone)
      .when(command)
      .thenNothing(),
  );

  it('refuses people', () => {
    recording(...gone)
      .when(upload)
      .thenRefused('recording_erased');
    recording(...gone)
      .when({ type: 'RequestRetry' })
      .thenRefused('recording_erased');
  });

  it('is completed once', () => {
    recording(...gone)
      .when(eraseStage)
      .then(erasureCompleted);
    recording(...gone, erasureCompleted)
      .when(eraseStage)
      .thenNothing();
    recording(uploaded()).when(eraseStage).thenNothing();
  });

  it('can fail, be seen to, and be retried', () => {
    recording(...gone)
      .when({ type: 'RecordStageFailure', stage: 'erase', failure: someFailure })
      .then(stageFailed('erase'));
    recording(...gone, stageFailed('erase'))
      .when({ type: 'RequestRetry' })
      .then(retried(1, [], ['erase'], null));
    expect(recording(...gone, stageFailed('erase'), retried(1, [], ['erase'], null)).state).toMatchObject({
      failed: false,
    });
  });
});

it('folds into what the activities need', () => {
  const { state } = recording(uploaded(), split(1));
  expect(state).toMatchObject({
    phase: 'present',
    owner: OWNER,
    claimId: CLAIM,
    chunks: [{ index: 0, objectKey: expect.any(String), sha256: expect.any(String), status: 'pending' }],
  });
  expect(someCall.costUsd).toBe(0.001);
});

describe('What was left out of a chunk', () => {
  it('is a gap of the transcript', () => {
    const { recordingId: _, ...result } = transcribed(1).data;
    const gaps = [{ start: 2.5, end: 99, code: 'repetition' }];
    const withGap: RecordingEvent = {
      type: 'ChunkTranscribed',
      data: { recordingId: RECORDING, ...result, gaps },
    };
    recording(uploaded([]), split(2), transcribed(0), withGap, allTranscribed(1, 2, 0))
      .when(transcript(1))
      .then({
        ...assembled(),
        data: {
          ...assembled().data,
          gaps: [{ chunkIndex: 1, start: 12.5, end: 20, code: 'repetition', channel: null }],
        },
      });
  });
});

describe('Another embedder', () => {
  it('may embed the same transcript again, once', () => {
    const { recordingId: _, owner: _owner, ...rest } = embedded(1).data;
    const other = { ...rest, embedder: { provider: 'other', model: 'm', dimension: 3 } };
    const again: RecordingEvent = {
      type: 'PassagesEmbedded',
      data: { recordingId: RECORDING, owner: OWNER, ...other, embedding: 2 },
    };
    const before = [
      uploaded([]),
      split(1),
      transcribed(0),
      allTranscribed(1, 1, 0),
      assembled(),
      embedded(1),
    ];
    recording(...before)
      .when(index(1))
      .thenNothing();
    recording(...before)
      .when({ type: 'RecordPassages', embedded: other })
      .then(again);
    recording(...before, again)
      .when({ type: 'RecordPassages', embedded: other })
      .thenNothing();
  });
});
