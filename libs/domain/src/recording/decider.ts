import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../shared/decider';
import { deriveId } from '../shared/ids';
import { RecordingCommand } from './commands';
import { RecordingEvent, RecordingStage } from './events';
import {
  ChunkState,
  ErasedRecording,
  evolveRecording,
  gapsOf,
  initialRecording,
  PresentRecording,
  RecordingState,
} from './state';

export type RecordingRefusal = Refusal<
  | 'recording_not_found'
  | 'recording_exists'
  | 'recording_erased'
  | 'nothing_to_retry'
  | 'not_split'
  | 'unknown_chunk'
>;

type RecordingDecision = Decision<RecordingEvent, RecordingRefusal>;
type CommandOf<Type extends RecordingCommand['type']> = Extract<RecordingCommand, { type: Type }>;

/** The rules of one recording, from its upload to its transcript and, one day, its erasure. */
export const recordingDecider: Decider<RecordingState, RecordingCommand, RecordingEvent, RecordingRefusal> = {
  category: 'recording',
  initial: initialRecording,
  decide: decideRecording,
  evolve: evolveRecording,
};

function decideRecording(state: RecordingState, command: RecordingCommand): RecordingDecision {
  switch (state.phase) {
    case 'absent':
      return command.type === 'UploadAudio'
        ? accept({ type: 'AudioUploaded', data: command.audio })
        : refuse('recording_not_found', 'There is no such recording.');
    case 'erased':
      return decideErased(state, command);
    case 'present':
      return decidePresent(state, command);
  }
}

/** People are refused; results that arrive late are dropped without a trace (DESIGN: after an erasure, nothing). */
function decideErased(state: ErasedRecording, command: RecordingCommand): RecordingDecision {
  const { recordingId } = state;
  switch (command.type) {
    case 'UploadAudio':
      return refuse(
        'recording_erased',
        'This recording has been erased; upload the audio again as a new one.',
      );
    case 'RequestRetry':
      if (!state.failed) return refuse('recording_erased', 'This recording has been erased.');
      return accept({
        type: 'RecordingRetryRequested',
        data: { recordingId, round: state.round + 1, chunks: [], stages: ['erase'], transcriptVersion: null },
      });
    case 'RecordErasure':
      if (state.completed) return acceptNothing();
      return accept({ type: 'RecordingErasureCompleted', data: { recordingId, ...command.erasure } });
    case 'RecordStageFailure':
      if (command.stage !== 'erase' || state.completed) return acceptNothing();
      return accept({
        type: 'RecordingStageFailed',
        data: { recordingId, stage: 'erase', failure: command.failure },
      });
    case 'EraseRecording':
    case 'RecordSplit':
    case 'RecordChunkTranscription':
    case 'RecordChunkFailure':
    case 'RecordTranscript':
    case 'RecordPassages':
      return acceptNothing();
  }
}

function decidePresent(state: PresentRecording, command: RecordingCommand): RecordingDecision {
  const { recordingId, owner, claimId } = state;
  switch (command.type) {
    case 'UploadAudio':
      return command.audio.objectKey === state.objectKey
        ? acceptNothing()
        : refuse('recording_exists', 'This recording has its audio already.');
    case 'RecordSplit':
      if (state.chunks.length > 0) return acceptNothing();
      return accept({ type: 'AudioSplit', data: { recordingId, ...command.split } });
    case 'RecordChunkTranscription':
      return recordChunkTranscription(state, command);
    case 'RecordChunkFailure':
      return recordChunkFailure(state, command);
    case 'RecordTranscript':
      return recordTranscript(state, command);
    case 'RecordPassages':
      return recordPassages(state, command);
    case 'RecordStageFailure':
      return accept({
        type: 'RecordingStageFailed',
        data: { recordingId, stage: command.stage, failure: command.failure },
      });
    case 'RequestRetry':
      return requestRetry(state);
    case 'EraseRecording':
      return accept({
        type: 'RecordingErased',
        data: { recordingId, owner, claimId, reportIds: [...state.reportIds] },
      });
    case 'RecordErasure':
      return acceptNothing();
  }
}

function recordChunkTranscription(
  state: PresentRecording,
  { result }: CommandOf<'RecordChunkTranscription'>,
): RecordingDecision {
  const chunk = findChunk(state, result.chunkIndex);
  if ('kind' in chunk) return chunk;
  if (chunk.status === 'transcribed') return acceptNothing();
  return withCompletion(state, {
    type: 'ChunkTranscribed',
    data: { recordingId: state.recordingId, ...result },
  });
}

function recordChunkFailure(
  state: PresentRecording,
  command: CommandOf<'RecordChunkFailure'>,
): RecordingDecision {
  const chunk = findChunk(state, command.chunkIndex);
  if ('kind' in chunk) return chunk;
  const overtaken = command.round < state.round;
  if (chunk.status !== 'pending' || overtaken) return acceptNothing();
  const { recordingId } = state;
  const { round, chunkIndex, failure } = command;
  return withCompletion(state, {
    type: 'ChunkTranscriptionFailed',
    data: { recordingId, round, chunkIndex, start: chunk.start, end: chunk.end, failure },
  });
}

/** Adds AllChunksTranscribed when `event` leaves no chunk pending and there is something new to assemble. */
function withCompletion(state: PresentRecording, event: RecordingEvent): RecordingDecision {
  const next = evolveRecording(state, event);
  if (next.phase !== 'present' || next.chunks.some((chunk) => chunk.status === 'pending'))
    return accept(event);
  const firstTime = next.announcedVersion === 0;
  if (!firstTime && !next.hasUnassembledChunks) return accept(event);
  const transcribed = next.chunks.filter((chunk) => chunk.status === 'transcribed').length;
  return accept(event, {
    type: 'AllChunksTranscribed',
    data: {
      recordingId: next.recordingId,
      transcriptVersion: next.announcedVersion + 1,
      transcribed,
      failed: next.chunks.length - transcribed,
    },
  });
}

function recordTranscript(
  state: PresentRecording,
  { transcriptVersion, language, lines }: CommandOf<'RecordTranscript'>,
): RecordingDecision {
  const overtaken = transcriptVersion !== state.announcedVersion;
  if (overtaken || state.assembledVersion >= transcriptVersion) return acceptNothing();
  const { recordingId, owner } = state;
  const gaps = gapsOf(state);
  if (lines.length === 0) {
    return accept({ type: 'NoSpeechFound', data: { recordingId, transcriptVersion, gaps } });
  }
  const wordCount = lines.reduce((sum, line) => sum + line.text.split(/\s+/u).filter(Boolean).length, 0);
  const assembled: RecordingEvent = {
    type: 'TranscriptAssembled',
    data: { recordingId, transcriptVersion, language, lines, gaps, wordCount: Math.max(1, wordCount) },
  };
  const commissions = state.reports.map<RecordingEvent>((reportType) => ({
    type: 'ReportCommissioned',
    data: {
      recordingId,
      owner,
      reportId: deriveId('report', recordingId, reportType, transcriptVersion),
      reportType,
      transcriptVersion,
      language,
    },
  }));
  return accept(assembled, ...commissions);
}

function recordPassages(
  state: PresentRecording,
  { embedded }: CommandOf<'RecordPassages'>,
): RecordingDecision {
  const { source } = embedded;
  if (source.kind !== 'transcript') return acceptNothing();
  const overtaken = source.transcriptVersion !== state.assembledVersion;
  if (overtaken || state.indexedVersion >= source.transcriptVersion) return acceptNothing();
  const { recordingId, owner } = state;
  return accept({ type: 'PassagesEmbedded', data: { recordingId, owner, ...embedded } });
}

/**
 * Goes on with everything that failed. A later stage that failed too is left out when an earlier one is done
 * again: it follows by itself.
 */
function requestRetry(state: PresentRecording): RecordingDecision {
  const chunks = state.chunks.filter((chunk) => chunk.status === 'failed').map((chunk) => chunk.index);
  const order: readonly RecordingStage[] = ['split', 'assemble', 'index'];
  const firstFailed = order.find((stage) => state.failedStages.includes(stage));
  if (chunks.length === 0 && !firstFailed) {
    return refuse('nothing_to_retry', 'Nothing of this recording has failed.');
  }
  const stages = chunks.length > 0 || !firstFailed ? [] : [firstFailed];
  const version = firstFailed === 'index' ? state.assembledVersion : state.announcedVersion;
  return accept({
    type: 'RecordingRetryRequested',
    data: {
      recordingId: state.recordingId,
      round: state.round + 1,
      chunks,
      stages,
      transcriptVersion: version > 0 ? version : null,
    },
  });
}

function findChunk(
  state: PresentRecording,
  index: number,
): ChunkState | { kind: 'refused'; refusal: Refusal<'not_split' | 'unknown_chunk'> } {
  if (state.chunks.length === 0) return refuse('not_split', 'The audio has not been split yet.');
  return (
    state.chunks.find((chunk) => chunk.index === index) ??
    refuse('unknown_chunk', `This recording has no chunk ${index}.`)
  );
}
