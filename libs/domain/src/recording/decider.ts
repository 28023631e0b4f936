import { accept, acceptNothing, Decider, refuse, Refusal } from '../shared/decider';
import { awaitedEmbedding } from '../shared/indexing';
import { isErased } from '../shared/personal';
import { embedderName } from '../shared/values';
import {
  commissioned,
  commissionReport,
  provideDetails,
  reportIdsOf,
  requestRetranscription,
  requestRetry,
} from './asked';
import { RecordingCommand } from './commands';
import { CommandOf, RecordingDecision, RecordingRefusal } from './decision';
import { RecordingEvent } from './events';
import {
  copyOnceTranscriptionBegins,
  recordListeningCopy,
  recordListeningCopyFailure,
  requestListeningCopy,
} from './listening-copy/decide';
import { rejectTranscript } from './reject-transcript';
import { restoreOriginal } from './restore-original';
import {
  ChunkState,
  ErasedRecording,
  evolveRecording,
  gapsOf,
  initialRecording,
  PresentRecording,
  RecordingState,
  stageUnderWay,
} from './state';
import { mayHoldSpeech } from './unheard';

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
    case 'RestoreOriginal':
      return refuse(
        'recording_erased',
        'This recording has been erased; upload the audio again as a new one.',
      );
    case 'RequestRetry':
      if (!state.failed) return refuse('recording_erased', 'This recording has been erased.');
      return accept({
        type: 'RecordingRetryRequested',
        data: {
          ...{ recordingId, round: state.round + 1, chunks: [], stages: ['erase'] },
          ...{ transcriptVersion: null, reports: [] },
        },
      });
    case 'CancelProcessing':
    case 'ProvideDetails':
    case 'CommissionReport':
    case 'RequestRetranscription':
    case 'RequestListeningCopy':
      return refuse('recording_erased', 'This recording has been erased.');
    case 'RecordErasure':
      if (state.completed) return acceptNothing();
      return accept({ type: 'RecordingErasureCompleted', data: { recordingId, ...command.erasure } });
    case 'RecordStageFailure':
      if (command.stage !== 'erase' || state.completed) return acceptNothing();
      return accept({
        type: 'RecordingStageFailed',
        data: { recordingId, stage: 'erase', failure: command.failure },
      });
    case 'RejectTranscript':
    case 'EraseRecording':
    case 'RecordSplit':
    case 'RecordChunkTranscription':
    case 'RecordChunkFailure':
    case 'RecordTranscript':
    case 'RecordPassages':
    case 'RecordIndexed':
    case 'RecordIndexingFailure':
    case 'RecordListeningCopy':
    case 'RecordListeningCopyFailure':
      return acceptNothing();
  }
}

function decidePresent(state: PresentRecording, command: RecordingCommand): RecordingDecision {
  const { recordingId, owner, claimId } = state;
  if (state.cancelled && isCalledOff(command)) return recordLate(state, command);
  switch (command.type) {
    case 'UploadAudio':
      return command.audio.objectKey === state.original.objectKey
        ? acceptNothing()
        : refuse('recording_exists', 'This recording has its audio already.');
    case 'RestoreOriginal':
      return restoreOriginal(state, command);
    case 'RecordSplit':
      return recordSplit(state, command);
    case 'RecordChunkTranscription':
      return recordChunkTranscription(state, command);
    case 'RecordChunkFailure':
      return recordChunkFailure(state, command);
    case 'RecordTranscript':
      return recordTranscript(state, command);
    case 'RecordPassages':
      return recordPassages(state, command);
    case 'RecordIndexed':
      return recordIndexed(state, command);
    case 'RecordIndexingFailure': {
      const { indexing } = state;
      if (indexing.isIndexed || !awaitedEmbedding(indexing, command.embedding)) return acceptNothing();
      return accept({
        type: 'RecordingStageFailed',
        data: { recordingId, stage: 'index', failure: command.failure },
      });
    }
    case 'RecordStageFailure':
      return accept({
        type: 'RecordingStageFailed',
        data: { recordingId, stage: command.stage, failure: command.failure },
      });
    case 'RequestListeningCopy':
      return requestListeningCopy(state, command);
    case 'RecordListeningCopy':
      return recordListeningCopy(state, command);
    case 'RecordListeningCopyFailure':
      return recordListeningCopyFailure(state, command);
    case 'RequestRetry':
      return requestRetry(state);
    case 'CancelProcessing':
      if (state.cancelled) return acceptNothing();
      if (stageUnderWay(state) === null) {
        return refuse('nothing_to_cancel', 'Nothing of this recording is under way.');
      }
      return accept({ type: 'RecordingCancelled', data: { recordingId, reportIds: reportIdsOf(state) } });
    case 'ProvideDetails':
      return provideDetails(state, command);
    case 'CommissionReport':
      return commissionReport(state, command);
    case 'RequestRetranscription':
      return requestRetranscription(state, command);
    case 'RejectTranscript':
      return rejectTranscript(state, command);
    case 'EraseRecording':
      return accept({
        type: 'RecordingErased',
        data: { recordingId, owner, claimId, reportIds: reportIdsOf(state) },
      });
    case 'RecordErasure':
      return acceptNothing();
  }
}

type ListeningCopyResult = Extract<RecordingCommand, { type: `RecordListeningCopy${string}` }>;
type ResultCommand = Exclude<Extract<RecordingCommand, { type: `Record${string}` }>, ListeningCopyResult>;

/** Results of jobs that a cancellation calls off. A listening copy is still made: it is about audio that stays. */
function isCalledOff(command: RecordingCommand): command is ResultCommand {
  return command.type.startsWith('Record') && !command.type.startsWith('RecordListeningCopy');
}

/** What comes in after a cancellation is dropped, but what it cost is recorded. */
function recordLate({ recordingId }: PresentRecording, command: ResultCommand): RecordingDecision {
  if (command.type !== 'RecordChunkTranscription') return acceptNothing();
  const { call, discardedCalls } = command.result;
  const late = [call, ...discardedCalls].map<RecordingEvent>((one) => ({
    type: 'LateCallRecorded',
    data: { recordingId, reportId: null, call: one },
  }));
  return accept(...late);
}

/** All chunks at once, unless the language is to be found out: then the first of them has to tell it. */
function recordSplit(
  state: PresentRecording,
  { split, detectsLanguage }: CommandOf<'RecordSplit'>,
): RecordingDecision {
  if (state.chunks.length > 0) return acceptNothing();
  const all = split.chunks.map((chunk) => chunk.index);
  const firstChunks = state.language === null && detectsLanguage ? all.slice(0, 1) : all;
  return accept({ type: 'AudioSplit', data: { recordingId: state.recordingId, ...split, firstChunks } });
}

function recordChunkTranscription(
  state: PresentRecording,
  { result, languageWasDetected }: CommandOf<'RecordChunkTranscription'>,
): RecordingDecision {
  const chunk = findChunk(state, result.chunkIndex);
  if ('kind' in chunk) return chunk;
  if (chunk.status === 'transcribed') return acceptNothing();
  const event: ChunkOutcome = {
    type: 'ChunkTranscribed',
    data: { recordingId: state.recordingId, ...result },
  };
  return withWhatFollows(state, event, languageWasDetected ? languageFound(state, event) : []);
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
  return withWhatFollows(state, {
    type: 'ChunkTranscriptionFailed',
    data: { recordingId, round, chunkIndex, start: chunk.start, end: chunk.end, failure },
  });
}

type ChunkOutcome = Extract<RecordingEvent, { type: 'ChunkTranscribed' | 'ChunkTranscriptionFailed' }>;

/**
 * A chunk's outcome, and what it decides: which chunks may go on now, and whether there is something new to assemble.
 *
 * @param found the language, when this chunk told it
 */
function withWhatFollows(
  state: PresentRecording,
  event: ChunkOutcome,
  found: readonly RecordingEvent[] = [],
): RecordingDecision {
  const next = evolveRecording(state, event);
  const copy = copyOnceTranscriptionBegins(state);
  if (next.phase !== 'present') return accept(event);
  if (next.chunks.some((chunk) => chunk.status === 'pending')) {
    return accept<RecordingEvent>(event, ...found, ...released(next, event), ...copy);
  }
  return accept<RecordingEvent>(event, ...found, ...completion(next), ...copy);
}

function languageFound(state: PresentRecording, event: ChunkOutcome): RecordingEvent[] {
  if (state.language !== null || !heardSpeech(event) || event.data.language === null) return [];
  const { chunkIndex, language } = event.data;
  return [{ type: 'LanguageDetected', data: { recordingId: state.recordingId, chunkIndex, language } }];
}

/** Of silence a recogniser may say any language. */
function heardSpeech(event: ChunkOutcome): event is Extract<ChunkOutcome, { type: 'ChunkTranscribed' }> {
  if (event.type !== 'ChunkTranscribed' || isErased(event.data.segments)) return false;
  return event.data.segments.length > 0;
}

/**
 * All that waits once speech was heard; else, when nobody is at it any more, the next chunk alone: that of the earliest time, so
 * that a silent channel does not hold up the others.
 */
function released(next: PresentRecording, event: ChunkOutcome): RecordingEvent[] {
  const held = next.chunks.filter((chunk) => !chunk.released).sort((a, b) => a.start - b.start);
  const waiting = held.map((chunk) => chunk.index);
  const underWay = next.chunks.some((chunk) => chunk.released && chunk.status === 'pending');
  const chunks = heardSpeech(event) ? waiting : underWay ? [] : waiting.slice(0, 1);
  if (chunks.length === 0) return [];
  return [{ type: 'ChunksReleased', data: { recordingId: next.recordingId, chunks } }];
}

function completion(next: PresentRecording): RecordingEvent[] {
  const firstTime = next.announcedVersion === 0;
  if (!firstTime && !next.hasUnassembledChunks) return [];
  const transcribed = next.chunks.filter((chunk) => chunk.status === 'transcribed').length;
  const { recordingId, announcedVersion } = next;
  const failed = next.chunks.length - transcribed;
  const transcriptVersion = announcedVersion + 1;
  return [{ type: 'AllChunksTranscribed', data: { recordingId, transcriptVersion, transcribed, failed } }];
}

function recordTranscript(
  state: PresentRecording,
  { transcriptVersion, language, lines }: CommandOf<'RecordTranscript'>,
): RecordingDecision {
  const overtaken = transcriptVersion !== state.announcedVersion;
  if (overtaken || state.assembledVersion >= transcriptVersion) return acceptNothing();
  const { recordingId } = state;
  const gaps = gapsOf(state);
  if (lines.length === 0 && state.chunks.some(mayHoldSpeech)) {
    const failure = { code: 'not_recognised', provider: null, requestId: null, attempts: 1 };
    return accept({ type: 'RecordingStageFailed', data: { recordingId, stage: 'assemble', failure } });
  }
  if (lines.length === 0) {
    return accept({ type: 'NoSpeechFound', data: { recordingId, transcriptVersion, gaps } });
  }
  const wordCount = lines.reduce((sum, line) => sum + line.text.split(/\s+/u).filter(Boolean).length, 0);
  const assembled: RecordingEvent = {
    type: 'TranscriptAssembled',
    data: { recordingId, transcriptVersion, language, lines, gaps, wordCount: Math.max(1, wordCount) },
  };
  const commissions = state.reports.map((reportType) =>
    commissioned(state, { reportType, transcriptVersion, language, ownLanguage: language }),
  );
  return accept<RecordingEvent>(assembled, ...commissions);
}

function recordPassages(
  state: PresentRecording,
  { embedded }: CommandOf<'RecordPassages'>,
): RecordingDecision {
  const { source } = embedded;
  if (source.kind !== 'transcript') return acceptNothing();
  const version = source.transcriptVersion;
  const overtaken = version !== state.currentVersion;
  const { recordingId, owner, indexing } = state;
  const known = indexing.embeddedBy.includes(embedderName(embedded.embedder));
  if (overtaken || known) return acceptNothing();
  const embedding = indexing.embeddings + 1;
  return accept({ type: 'PassagesEmbedded', data: { recordingId, owner, ...embedded, embedding } });
}

/** Once for every embedding; of a transcript that is overtaken nothing is awaited. */
function recordIndexed(
  { recordingId, currentVersion, indexing }: PresentRecording,
  { embedding }: CommandOf<'RecordIndexed'>,
): RecordingDecision {
  const awaited = awaitedEmbedding(indexing, embedding);
  if (!awaited) return acceptNothing();
  const source = { kind: 'transcript' as const, transcriptVersion: currentVersion };
  return accept({ type: 'Indexed', data: { recordingId, source, ...awaited } });
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
