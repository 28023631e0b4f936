import { ChannelMode } from '../shared/channels';
import { indexed, Indexing, indexingAgain, notIndexed, passagesEmbedded } from '../shared/indexing';
import { isErased } from '../shared/personal';
import { Gap, Scenario, Stretch } from '../shared/values';
import { RecordedTimeline, RecordingEvent, RecordingStage } from './events';
import { evolveListeningCopy, ListeningCopyState, noListeningCopy } from './listening-copy/state';

export interface ChunkState {
  index: number;
  /** Number of the channel, 1 for the first; null: the channels are mixed. */
  channel: number | null;
  start: number;
  end: number;
  /** Seconds at its start that the chunk before holds too. */
  overlapSeconds: number;
  objectKey: string;
  sha256: string;
  status: 'pending' | 'transcribed' | 'failed';
  /** Why it failed; null unless `status` is `failed`. */
  failureCode: string | null;
  /** False while it waits for the language. */
  released: boolean;
  /** Where it is silent, in seconds from its start. */
  silences: readonly Stretch[];
  /** Where something that may be speech is heard, in seconds from its start; null where that was not measured. */
  speech: readonly Stretch[] | null;
  /** Stretches whose text was left out, in seconds from its start. */
  gaps: readonly (Stretch & { code: string })[];
}

/** The audio as it was sent. */
export interface Original {
  objectKey: string;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

export interface PresentRecording {
  phase: 'present';
  recordingId: string;
  owner: string;
  claimId: string;
  original: Original;
  /** The object that was the original before it was restored; null unless it was. */
  replacedObjectKey: string | null;
  /** As the user gave it, or as a chunk told it; null while it is not known. */
  language: string | null;
  /** Whether the channels were to be transcribed separately. */
  channels: ChannelMode;
  scenario: Scenario;
  /** Types of the reports that every transcript of this recording gets. */
  reports: readonly string[];
  round: number;
  chunks: readonly ChunkState[];
  /** What the file itself lacks, in seconds of the recording. */
  missing: readonly (Stretch & { code: string })[];
  /** Null until the audio is split, and where it was split before recordings had a timeline. */
  timeline: RecordedTimeline | null;
  /** Names and terms for the recogniser; empty until the audio is split. */
  promptContext: string;
  /** True when a chunk was transcribed that no announced transcript holds yet. */
  hasUnassembledChunks: boolean;
  /** Version announced by the last AllChunksTranscribed; 0 before. */
  announcedVersion: number;
  /** Version of the last transcript (or finding of no speech); 0 before. */
  assembledVersion: number;
  /** Version that is read, searched and written reports on: the last one that nobody rejected; 0 before. */
  currentVersion: number;
  transcripts: readonly TranscriptState[];
  /** Of the passages of the current version. */
  indexing: Indexing;
  failedStages: readonly RecordingStage[];
  commissions: readonly CommissionedReport[];
  /** For listening in a browser; apart from the course of the recording. */
  listeningCopy: ListeningCopyState;
  /** Somebody asked to stop, and nobody yet to go on. */
  cancelled: boolean;
  /** Whether anybody speaks in the current transcript, and in what language. */
  hasSpeech: boolean;
  transcriptLanguage: string | null;
  details: Readonly<Record<string, string>>;
  /** How often the details were changed since the upload. */
  detailsVersion: number;
}

/** One of the transcripts of a recording, as much as choosing between them takes. */
export interface TranscriptState {
  version: number;
  isSilent: boolean;
  language: string | null;
  wordCount: number;
  rejected: boolean;
}

/** A report that was asked for, as its own stream begins. */
export interface CommissionedReport {
  reportId: string;
  reportType: string;
  transcriptVersion: number;
  language: string | null;
  owner: string;
}

export interface ErasedRecording {
  phase: 'erased';
  recordingId: string;
  owner: string;
  completed: boolean;
  /** True when erasing gave up; it can be asked for again. */
  failed: boolean;
  round: number;
}

export type RecordingState = { phase: 'absent' } | PresentRecording | ErasedRecording;

export const initialRecording: RecordingState = { phase: 'absent' };

/** What a chunk lacks, in seconds from the start of the recording: all of it when it failed, else what was left out. */
export function gapsOfChunk(
  chunk: Pick<ChunkState, 'index' | 'channel' | 'start' | 'end' | 'status' | 'gaps'> & {
    code: string | null;
  },
): Gap[] {
  const { index: chunkIndex, channel, start, end, status, gaps, code } = chunk;
  if (status === 'failed') return [{ chunkIndex, start, end, code: code ?? 'unknown', channel }];
  return gaps.map((gap) => ({
    chunkIndex,
    start: toMilliseconds(start + gap.start),
    end: toMilliseconds(Math.min(start + gap.end, end)),
    code: gap.code,
    channel,
  }));
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

/** What the file itself lacks, on all channels: each gap with the first chunk in which it begins, or the last of all. */
export function gapsOfFile(
  chunks: readonly Pick<ChunkState, 'index' | 'end'>[],
  missing: readonly (Stretch & { code: string })[],
): Gap[] {
  const last = chunks.at(-1)?.index ?? 0;
  return missing.map(({ start, end, code }) => {
    const chunkIndex = chunks.find((chunk) => start < chunk.end)?.index ?? last;
    return { chunkIndex, start, end, code, channel: null };
  });
}

/** What the transcript lacks, in order of time. */
export function gapsOf(recording: PresentRecording): Gap[] {
  const { chunks, missing } = recording;
  const ofChunks = chunks.flatMap((chunk) => gapsOfChunk({ ...chunk, code: chunk.failureCode }));
  return inOrder([...ofChunks, ...gapsOfFile(chunks, missing)]);
}

export function inOrder(gaps: readonly Gap[]): Gap[] {
  return [...gaps].sort((a, b) => a.start - b.start);
}

export function evolveRecording(state: RecordingState, event: RecordingEvent): RecordingState {
  if (event.type === 'AudioUploaded') return uploaded(event.data);
  if (state.phase === 'present') return evolvePresent(state, event);
  if (state.phase === 'erased') return evolveErased(state, event);
  return state;
}

type AudioUploadedData = Extract<RecordingEvent, { type: 'AudioUploaded' }>['data'];

function uploaded(data: AudioUploadedData): PresentRecording {
  const { objectKey, sizeBytes, sha256 } = data;
  return {
    phase: 'present',
    recordingId: data.recordingId,
    owner: data.owner,
    claimId: data.claimId,
    original: { objectKey, sizeBytes, sha256 },
    replacedObjectKey: null,
    language: data.language,
    channels: data.channels,
    scenario: data.scenario,
    reports: data.reports,
    round: 0,
    chunks: [],
    missing: [],
    timeline: null,
    promptContext: '',
    hasUnassembledChunks: false,
    announcedVersion: 0,
    assembledVersion: 0,
    currentVersion: 0,
    transcripts: [],
    indexing: notIndexed,
    failedStages: [],
    commissions: [],
    listeningCopy: noListeningCopy,
    cancelled: false,
    hasSpeech: false,
    transcriptLanguage: null,
    details: isErased(data.details) ? {} : data.details,
    detailsVersion: 0,
  };
}

function evolvePresent(state: PresentRecording, event: RecordingEvent): RecordingState {
  switch (event.type) {
    case 'OriginalRestored':
      return {
        ...state,
        original: { ...state.original, objectKey: event.data.objectKey },
        replacedObjectKey: event.data.replacedObjectKey,
      };
    case 'AudioSplit':
      return {
        ...withoutFailed(state, ['split']),
        promptContext: isErased(event.data.promptContext) ? '' : event.data.promptContext,
        missing: event.data.gaps,
        timeline: event.data.timeline,
        chunks: event.data.chunks.map(({ sizeBytes: _, ...chunk }) => ({
          ...chunk,
          status: 'pending',
          failureCode: null,
          released: event.data.firstChunks.includes(chunk.index),
          gaps: [],
        })),
      };
    case 'ChunksReleased':
      return event.data.chunks.reduce((next, index) => withChunk(next, index, { released: true }), state);
    case 'LanguageDetected':
      return { ...state, language: event.data.language };
    case 'ChunkTranscribed': {
      const { chunkIndex, gaps } = event.data;
      const changed = withChunk(state, chunkIndex, { status: 'transcribed', failureCode: null, gaps });
      return { ...changed, hasUnassembledChunks: true };
    }
    case 'ChunkTranscriptionFailed': {
      const { chunkIndex, failure } = event.data;
      return withChunk(state, chunkIndex, { status: 'failed', failureCode: failure.code });
    }
    case 'AllChunksTranscribed':
      return { ...state, announcedVersion: event.data.transcriptVersion, hasUnassembledChunks: false };
    case 'TranscriptAssembled': {
      const { transcriptVersion: version, language, wordCount } = event.data;
      const next = withTranscript(state, { version, language, wordCount, isSilent: false, rejected: false });
      return { ...next, transcriptLanguage: language };
    }
    case 'NoSpeechFound': {
      const silent = { language: null, wordCount: 0, isSilent: true, rejected: false };
      return withTranscript(state, { version: event.data.transcriptVersion, ...silent });
    }
    case 'TranscriptRejected':
      return transcriptRejected(state, event.data);
    case 'ReportCommissioned': {
      const { recordingId: _, ...commission } = event.data;
      return { ...state, commissions: [...state.commissions, commission] };
    }
    case 'PassagesEmbedded':
      return {
        ...withoutFailed(state, ['index']),
        indexing: passagesEmbedded(state.indexing, event.data),
      };
    case 'Indexed':
      return {
        ...withoutFailed(state, ['index']),
        indexing: indexed(state.indexing, event.data.embedding),
      };
    case 'RecordingStageFailed':
      return {
        ...state,
        failedStages: [...new Set([...state.failedStages, event.data.stage])],
      };
    case 'RecordingRetryRequested':
      return {
        // What follows the chunks is done anew with them.
        ...withoutFailed(state, event.data.chunks.length > 0 ? ['assemble', 'index'] : event.data.stages),
        cancelled: false,
        indexing: event.data.stages.includes('index') ? indexingAgain(state.indexing) : state.indexing,
        round: event.data.round,
        chunks: state.chunks.map((chunk) =>
          event.data.chunks.includes(chunk.index)
            ? { ...chunk, status: 'pending', failureCode: null }
            : chunk,
        ),
      };
    case 'RetranscriptionRequested':
      return {
        ...state,
        round: event.data.round,
        language: event.data.language ?? state.language,
        chunks: state.chunks.map((chunk) => ({
          ...chunk,
          ...{ status: 'pending', failureCode: null, released: true, gaps: [] },
        })),
      };
    case 'RecordingErased':
      return {
        phase: 'erased',
        recordingId: state.recordingId,
        owner: state.owner,
        completed: false,
        failed: false,
        round: state.round,
      };
    case 'RecordingCancelled':
      return { ...state, cancelled: true };
    case 'DetailsProvided': {
      const { scenario, details: given, detailsVersion } = event.data;
      const details = isErased(given) ? {} : given;
      return { ...state, scenario: scenario ?? state.scenario, details, detailsVersion };
    }
    case 'ListeningCopyRequested':
    case 'ListeningCopyMade':
    case 'ListeningCopyFailed':
      return { ...state, listeningCopy: evolveListeningCopy(event) };
    case 'AudioUploaded':
    case 'LateCallRecorded':
    case 'RecordingErasureCompleted':
      return state;
  }
}

function evolveErased(state: ErasedRecording, event: RecordingEvent): ErasedRecording {
  switch (event.type) {
    case 'RecordingErasureCompleted':
      return { ...state, completed: true, failed: false };
    case 'RecordingStageFailed':
      return { ...state, failed: true };
    case 'RecordingRetryRequested':
      return { ...state, failed: false, round: event.data.round };
    default:
      return state;
  }
}

function withTranscript(state: PresentRecording, transcript: TranscriptState): PresentRecording {
  const { version, isSilent } = transcript;
  return {
    ...withoutFailed(state, ['assemble']),
    ...{ assembledVersion: version, currentVersion: version, hasSpeech: !isSilent },
    indexing: indexingAgain(state.indexing),
    transcripts: [...state.transcripts, transcript],
  };
}

/** What is current again is not searchable yet: its passages are embedded anew. */
function transcriptRejected(
  state: PresentRecording,
  { transcriptVersion, restored }: Extract<RecordingEvent, { type: 'TranscriptRejected' }>['data'],
): PresentRecording {
  const transcripts = state.transcripts.map((one) =>
    one.version === transcriptVersion ? { ...one, rejected: true } : one,
  );
  if (!restored) return { ...state, transcripts };
  return {
    ...withoutFailed(state, ['index']),
    ...{ transcripts, currentVersion: restored.transcriptVersion, indexing: indexingAgain(state.indexing) },
    hasSpeech: !restored.isSilent,
    transcriptLanguage: restored.language,
    language: restored.language ?? state.language,
  };
}

function withChunk(state: PresentRecording, index: number, change: Partial<ChunkState>): PresentRecording {
  return {
    ...state,
    chunks: state.chunks.map((chunk) => (chunk.index === index ? { ...chunk, ...change } : chunk)),
  };
}

function withoutFailed(state: PresentRecording, stages: readonly RecordingStage[]): PresentRecording {
  return { ...state, failedStages: state.failedStages.filter((stage) => !stages.includes(stage)) };
}

/** What is under way, or would be were it not cancelled; null: nothing, it is done or has failed. */
export function stageUnderWay(state: PresentRecording): 'split' | 'transcribe' | 'assemble' | 'index' | null {
  const { chunks, failedStages, announcedVersion, assembledVersion, hasSpeech } = state;
  if (chunks.length === 0) return failedStages.includes('split') ? null : 'split';
  if (chunks.some((chunk) => chunk.status === 'pending')) return 'transcribe';
  if (chunks.every((chunk) => chunk.status === 'failed')) return null;
  if (assembledVersion < announcedVersion) return failedStages.includes('assemble') ? null : 'assemble';
  if (!hasSpeech || state.indexing.isIndexed) return null;
  return failedStages.includes('index') ? null : 'index';
}
