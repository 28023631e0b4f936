import { isErased } from '../shared/personal';
import { Gap } from '../shared/values';
import { RecordingEvent, RecordingStage } from './events';

export interface ChunkState {
  index: number;
  start: number;
  end: number;
  /** Seconds at its start that the chunk before holds too. */
  overlapSeconds: number;
  objectKey: string;
  sha256: string;
  status: 'pending' | 'transcribed' | 'failed';
  /** Why it failed; null unless `status` is `failed`. */
  failureCode: string | null;
}

export interface PresentRecording {
  phase: 'present';
  recordingId: string;
  owner: string;
  claimId: string;
  objectKey: string;
  /** As the user gave it; null: detect. */
  language: string | null;
  /** Types of the reports that every transcript of this recording gets. */
  reports: readonly string[];
  round: number;
  chunks: readonly ChunkState[];
  /** Names and terms for the recogniser; empty until the audio is split. */
  promptContext: string;
  /** True when a chunk was transcribed that no announced transcript holds yet. */
  hasUnassembledChunks: boolean;
  /** Version announced by the last AllChunksTranscribed; 0 before. */
  announcedVersion: number;
  /** Version of the last transcript (or finding of no speech); 0 before. */
  assembledVersion: number;
  /** Version whose passages are embedded; 0 before. */
  indexedVersion: number;
  failedStages: readonly RecordingStage[];
  reportIds: readonly string[];
}

export interface ErasedRecording {
  phase: 'erased';
  recordingId: string;
  completed: boolean;
  /** True when erasing gave up; it can be asked for again. */
  failed: boolean;
  round: number;
}

export type RecordingState = { phase: 'absent' } | PresentRecording | ErasedRecording;

export const initialRecording: RecordingState = { phase: 'absent' };

/** Chunks that failed, as the gaps that a transcript shows. */
export function gapsOf(recording: PresentRecording): Gap[] {
  return recording.chunks
    .filter((chunk) => chunk.status === 'failed')
    .map(({ index, start, end, failureCode }) => ({
      chunkIndex: index,
      start,
      end,
      code: failureCode ?? 'unknown',
    }));
}

export function evolveRecording(state: RecordingState, event: RecordingEvent): RecordingState {
  if (event.type === 'AudioUploaded') return uploaded(event.data);
  if (state.phase === 'present') return evolvePresent(state, event);
  if (state.phase === 'erased') return evolveErased(state, event);
  return state;
}

type AudioUploadedData = Extract<RecordingEvent, { type: 'AudioUploaded' }>['data'];

function uploaded(data: AudioUploadedData): PresentRecording {
  return {
    phase: 'present',
    recordingId: data.recordingId,
    owner: data.owner,
    claimId: data.claimId,
    objectKey: data.objectKey,
    language: data.language,
    reports: data.reports,
    round: 0,
    chunks: [],
    promptContext: '',
    hasUnassembledChunks: false,
    announcedVersion: 0,
    assembledVersion: 0,
    indexedVersion: 0,
    failedStages: [],
    reportIds: [],
  };
}

function evolvePresent(state: PresentRecording, event: RecordingEvent): RecordingState {
  switch (event.type) {
    case 'AudioSplit':
      return {
        ...withoutFailed(state, ['split']),
        promptContext: isErased(event.data.promptContext) ? '' : event.data.promptContext,
        chunks: event.data.chunks.map(({ index, start, end, overlapSeconds, objectKey, sha256 }) => ({
          index,
          start,
          end,
          overlapSeconds,
          objectKey,
          sha256,
          status: 'pending',
          failureCode: null,
        })),
      };
    case 'ChunkTranscribed':
      return {
        ...withChunk(state, event.data.chunkIndex, 'transcribed', null),
        hasUnassembledChunks: true,
      };
    case 'ChunkTranscriptionFailed':
      return withChunk(state, event.data.chunkIndex, 'failed', event.data.failure.code);
    case 'AllChunksTranscribed':
      return { ...state, announcedVersion: event.data.transcriptVersion, hasUnassembledChunks: false };
    case 'TranscriptAssembled':
    case 'NoSpeechFound':
      return {
        ...withoutFailed(state, ['assemble']),
        assembledVersion: event.data.transcriptVersion,
      };
    case 'ReportCommissioned':
      return { ...state, reportIds: [...state.reportIds, event.data.reportId] };
    case 'PassagesEmbedded':
      return event.data.source.kind === 'transcript'
        ? { ...withoutFailed(state, ['index']), indexedVersion: event.data.source.transcriptVersion }
        : state;
    case 'RecordingStageFailed':
      return {
        ...state,
        failedStages: [...new Set([...state.failedStages, event.data.stage])],
      };
    case 'RecordingRetryRequested':
      return {
        ...withoutFailed(state, event.data.stages),
        round: event.data.round,
        chunks: state.chunks.map((chunk) =>
          event.data.chunks.includes(chunk.index)
            ? { ...chunk, status: 'pending', failureCode: null }
            : chunk,
        ),
      };
    case 'RecordingErased':
      return {
        phase: 'erased',
        recordingId: state.recordingId,
        completed: false,
        failed: false,
        round: state.round,
      };
    case 'AudioUploaded':
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

function withChunk(
  state: PresentRecording,
  index: number,
  status: ChunkState['status'],
  failureCode: string | null,
): PresentRecording {
  return {
    ...state,
    chunks: state.chunks.map((chunk) => (chunk.index === index ? { ...chunk, status, failureCode } : chunk)),
  };
}

function withoutFailed(state: PresentRecording, stages: readonly RecordingStage[]): PresentRecording {
  return { ...state, failedStages: state.failedStages.filter((stage) => !stages.includes(stage)) };
}
