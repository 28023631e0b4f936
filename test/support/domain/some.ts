import { CallRecord, Failure, RecordingEvent, ReportEvent } from '@voxpersona/domain';

type Of<Event, Type> = Extract<Event, { type: Type }>;

export const RECORDING = '11111111-1111-4111-8111-111111111111';
export const OWNER = '22222222-2222-4222-8222-222222222222';
export const CLAIM = '33333333-3333-4333-8333-333333333333';
export const REPORT = '44444444-4444-4444-8444-444444444444';

export const someFailure: Failure = {
  code: 'unavailable',
  provider: 'openai',
  requestId: 'req_1',
  attempts: 5,
};

export const someCall: CallRecord = {
  model: { provider: 'openai', model: 'whisper-1', parameters: {} },
  resultKey: 'a'.repeat(64),
  usage: { audioSeconds: 10, inputTokens: null, outputTokens: null },
  costUsd: 0.001,
  durationMs: 5,
  requestId: null,
};

export const uploaded = (
  reports: string[] = ['summary'],
  language: string | null = 'en',
): Of<RecordingEvent, 'AudioUploaded'> => ({
  type: 'AudioUploaded',
  data: {
    recordingId: RECORDING,
    owner: OWNER,
    claimId: CLAIM,
    fileName: 'interview.mp3',
    sizeBytes: 10,
    sha256: 'b'.repeat(64),
    objectKey: `recordings/${RECORDING}/original`,
    audio: {
      durationSeconds: 30,
      container: 'mp3',
      codec: 'mp3',
      sampleRate: 16000,
      channels: 1,
      endsEarly: null,
      longerThanDeclared: null,
      tracks: [],
    },
    channels: 'mixed',
    scenario: 'interview',
    language,
    details: {},
    reports,
  },
});

export const split = (
  count = 2,
  firstChunks = Array.from({ length: count }, (_, index) => index),
): Of<RecordingEvent, 'AudioSplit'> => ({
  type: 'AudioSplit',
  data: {
    recordingId: RECORDING,
    durationSeconds: count * 10,
    chunks: Array.from({ length: count }, (_, index) => ({
      index,
      channel: null,
      start: index * 10,
      end: index * 10 + 10,
      overlapSeconds: 0,
      objectKey: `recordings/${RECORDING}/chunks/x/${index}.mp3`,
      sizeBytes: 1,
      sha256: 'c'.repeat(64),
      silences: [],
      speech: null,
    })),
    mixedBecause: null,
    firstChunks,
    engine: 'ffmpeg 1',
    promptContext: '',
    gaps: [],
    timeline: null,
  },
});

export const transcribed = (chunkIndex: number, round = 0): Of<RecordingEvent, 'ChunkTranscribed'> => ({
  type: 'ChunkTranscribed',
  data: {
    recordingId: RECORDING,
    round,
    chunkIndex,
    segments: [{ start: 0, end: 1, text: 'hello' }],
    language: 'en',
    gaps: [],
    removed: [],
    call: someCall,
    discardedCalls: [],
  },
});

export const chunkFailed = (
  chunkIndex: number,
  round = 0,
): Of<RecordingEvent, 'ChunkTranscriptionFailed'> => ({
  type: 'ChunkTranscriptionFailed',
  data: {
    recordingId: RECORDING,
    round,
    chunkIndex,
    start: chunkIndex * 10,
    end: chunkIndex * 10 + 10,
    failure: someFailure,
  },
});

export const allTranscribed = (
  transcriptVersion: number,
  transcribedCount: number,
  failed: number,
): Of<RecordingEvent, 'AllChunksTranscribed'> => ({
  type: 'AllChunksTranscribed',
  data: { recordingId: RECORDING, transcriptVersion, transcribed: transcribedCount, failed },
});

export const assembled = (transcriptVersion = 1): Of<RecordingEvent, 'TranscriptAssembled'> => ({
  type: 'TranscriptAssembled',
  data: {
    recordingId: RECORDING,
    transcriptVersion,
    language: 'en',
    lines: [{ start: 0, end: 1, text: 'hello there', speaker: null }],
    gaps: [],
    wordCount: 2,
  },
});

export const commissioned = (
  reportId = REPORT,
  transcriptVersion = 1,
): Of<RecordingEvent, 'ReportCommissioned'> => ({
  type: 'ReportCommissioned',
  data: {
    recordingId: RECORDING,
    owner: OWNER,
    reportId,
    reportType: 'summary',
    transcriptVersion,
    language: 'en',
  },
});

/** `embedding` null: by a build that had no `Indexed`. */
export const embedded = (
  transcriptVersion = 1,
  embedding: number | null = 1,
): Of<RecordingEvent, 'PassagesEmbedded'> => ({
  type: 'PassagesEmbedded',
  data: {
    recordingId: RECORDING,
    owner: OWNER,
    source: { kind: 'transcript', transcriptVersion },
    language: 'en',
    embedder: { provider: 'hashing', model: '1', dimension: 4 },
    passageIds: [],
    passages: [],
    embedding,
  },
});

export const indexed = (transcriptVersion = 1, embedding = 1): Of<RecordingEvent, 'Indexed'> => ({
  type: 'Indexed',
  data: {
    recordingId: RECORDING,
    source: { kind: 'transcript', transcriptVersion },
    embedder: { provider: 'hashing', model: '1', dimension: 4 },
    embedding,
  },
});

export const copyRequested = (
  copyVersion = 1,
  lostObjectKey: string | null = null,
): Of<RecordingEvent, 'ListeningCopyRequested'> => ({
  type: 'ListeningCopyRequested',
  data: { recordingId: RECORDING, copyVersion, lostObjectKey },
});

export const copyMade = (copyVersion = 1): Of<RecordingEvent, 'ListeningCopyMade'> => {
  const part = (name: string) => ({
    objectKey: `recordings/${RECORDING}/listening/${copyVersion}/${name}`,
    sizeBytes: 7,
    sha256: 'e'.repeat(64),
  });
  return {
    type: 'ListeningCopyMade',
    data: {
      recordingId: RECORDING,
      copyVersion,
      audio: part('audio.m4a'),
      peaks: part('peaks.json'),
      durationSeconds: 20,
      engine: 'ffmpeg 1',
    },
  };
};

export const copyFailed = (copyVersion = 1): Of<RecordingEvent, 'ListeningCopyFailed'> => ({
  type: 'ListeningCopyFailed',
  data: { recordingId: RECORDING, copyVersion, failure: someFailure },
});

export const erased = (reportIds: string[] = []): Of<RecordingEvent, 'RecordingErased'> => ({
  type: 'RecordingErased',
  data: { recordingId: RECORDING, owner: OWNER, claimId: CLAIM, reportIds },
});

const reportIds = { reportId: REPORT, recordingId: RECORDING };

export const requested = (parts = ['overview', 'key-points']): Of<ReportEvent, 'ReportRequested'> => ({
  type: 'ReportRequested',
  data: {
    ...reportIds,
    owner: OWNER,
    reportType: 'summary',
    transcriptVersion: 1,
    language: 'en',
    parts: parts.map((part) => ({ part, promptVersion: 'v1' })),
  },
});

export const written = (part: string): Of<ReportEvent, 'ReportPartWritten'> => ({
  type: 'ReportPartWritten',
  data: { ...reportIds, part, promptVersion: 'v1', text: 'text', call: someCall },
});

export const analysisFailed = (part: string, round = 0): Of<ReportEvent, 'AnalysisFailed'> => ({
  type: 'AnalysisFailed',
  data: { ...reportIds, round, part, failure: someFailure },
});
