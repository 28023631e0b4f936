import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../shared/decider';
import { ReportCommand } from './commands';
import {
  awaitedEmbedding,
  indexed,
  Indexing,
  indexingAgain,
  notIndexed,
  passagesEmbedded,
} from '../shared/indexing';
import { embedderName, Failure } from '../shared/values';
import { ReportEvent } from './events';

export interface ReportPartState {
  part: string;
  promptVersion: string;
  status: 'pending' | 'written' | 'failed' | 'cancelled';
}

export interface PresentReport {
  phase: 'present';
  reportId: string;
  recordingId: string;
  owner: string;
  reportType: string;
  transcriptVersion: number;
  language: string | null;
  /** 0 for the first run; each retry starts the next. */
  round: number;
  parts: readonly ReportPartState[];
  indexing: Indexing;
  /** Its passages are not found, and nothing is done about it until somebody asks. */
  indexingFailed: boolean;
  rejected: boolean;
}

/** `rejected`: before it began; it never will. */
export type ReportState = { phase: 'absent' } | PresentReport | { phase: 'rejected' } | { phase: 'erased' };

export type ReportRefusal = Refusal<
  'report_not_found' | 'report_exists' | 'report_erased' | 'nothing_to_retry' | 'unknown_part'
>;

type ReportDecision = Decision<ReportEvent, ReportRefusal>;
type CommandOf<Type extends ReportCommand['type']> = Extract<ReportCommand, { type: Type }>;

/** The rules of one report: its parts are written in any order, and the last one completes it. */
export const reportDecider: Decider<ReportState, ReportCommand, ReportEvent, ReportRefusal> = {
  category: 'report',
  initial: { phase: 'absent' },
  decide: decideReport,
  evolve: evolveReport,
};

function decideReport(state: ReportState, command: ReportCommand): ReportDecision {
  switch (state.phase) {
    case 'absent':
      return decideAbsent(command);
    case 'erased':
      return command.type === 'RequestReportRetry'
        ? refuse('report_erased', 'The recording of this report has been erased.')
        : acceptNothing();
    case 'rejected':
      return command.type === 'RequestReportRetry'
        ? refuse('nothing_to_retry', 'This report was rejected.')
        : acceptNothing();
    case 'present':
      return decidePresent(state, command);
  }
}

function decideAbsent(command: ReportCommand): ReportDecision {
  switch (command.type) {
    case 'RequestReport':
      return accept({ type: 'ReportRequested', data: command.request });
    // Erased before it began: the stream is closed, so that a request that comes late finds it so.
    case 'EraseReport':
      return accept({
        type: 'ReportErased',
        data: { reportId: command.reportId, recordingId: command.recordingId },
      });
    // Nothing of it has begun; its beginning is called off with the jobs of its recording.
    case 'CancelReport':
      return acceptNothing();
    // Like an erasure: a request that comes late finds the stream closed.
    case 'RejectReport':
      return accept({
        type: 'ReportRejected',
        data: { reportId: command.reportId, recordingId: command.recordingId },
      });
    default:
      return refuse('report_not_found', 'There is no such report.');
  }
}

function decidePresent(state: PresentReport, command: ReportCommand): ReportDecision {
  const { reportId, recordingId } = state;
  switch (command.type) {
    case 'RequestReport':
      return command.request.recordingId === recordingId
        ? acceptNothing()
        : refuse('report_exists', 'There is a report of another recording under this id.');
    case 'RecordReportPart':
      return recordPart(state, command);
    case 'RecordReportFailure':
      return recordFailure(state, command);
    case 'RecordReportPassages':
      return recordPassages(state, command);
    case 'RecordReportIndexingFailure':
      if (command.round < state.round) return acceptNothing();
      return indexingFailed(state, command.round, command.failure);
    case 'RecordIndexed':
      return recordIndexed(state, command);
    case 'RecordIndexingFailure':
      if (!awaitedEmbedding(state.indexing, command.embedding)) return acceptNothing();
      return indexingFailed(state, state.round, command.failure);
    case 'RequestReportRetry':
      return requestRetry(state);
    case 'CancelReport': {
      const parts = state.parts.filter((part) => part.status === 'pending').map((part) => part.part);
      if (parts.length === 0) return acceptNothing();
      return accept({ type: 'ReportCancelled', data: { reportId, recordingId, parts } });
    }
    case 'RejectReport':
      return reject(state);
    case 'EraseReport':
      return accept({ type: 'ReportErased', data: { reportId, recordingId } });
  }
}

function recordPassages(
  { recordingId, owner, rejected, indexing }: PresentReport,
  { embedded, again = false }: CommandOf<'RecordReportPassages'>,
): ReportDecision {
  const isKnown = indexing.embeddedBy.includes(embedderName(embedded.embedder));
  if (rejected || (isKnown && !again)) return acceptNothing();
  const embedding = indexing.embeddings + 1;
  return accept({ type: 'PassagesEmbedded', data: { recordingId, owner, ...embedded, embedding } });
}

/** Once for every embedding. */
function recordIndexed(
  { reportId, recordingId, indexing }: PresentReport,
  { embedding }: CommandOf<'RecordIndexed'>,
): ReportDecision {
  const awaited = awaitedEmbedding(indexing, embedding);
  if (!awaited) return acceptNothing();
  return accept({ type: 'Indexed', data: { recordingId, source: { kind: 'report', reportId }, ...awaited } });
}

function indexingFailed(
  { reportId, recordingId, indexing, indexingFailed: isKnown }: PresentReport,
  round: number,
  failure: Failure,
): ReportDecision {
  if (indexing.isIndexed || isKnown) return acceptNothing();
  return accept({ type: 'ReportIndexingFailed', data: { reportId, recordingId, round, failure } });
}

/** What is not written of it yet will not be. */
function reject({ reportId, recordingId, rejected, parts }: PresentReport): ReportDecision {
  if (rejected) return acceptNothing();
  const pending = parts.filter((part) => part.status === 'pending').map((part) => part.part);
  const cancelled: ReportEvent[] =
    pending.length > 0 ? [{ type: 'ReportCancelled', data: { reportId, recordingId, parts: pending } }] : [];
  return accept<ReportEvent>(...cancelled, { type: 'ReportRejected', data: { reportId, recordingId } });
}

function recordPart(state: PresentReport, { written }: CommandOf<'RecordReportPart'>): ReportDecision {
  const part = state.parts.find((candidate) => candidate.part === written.part);
  if (!part) return refuse('unknown_part', `This report has no part ${written.part}.`);
  if (part.status === 'written') return acceptNothing();
  const { reportId, recordingId } = state;
  if (part.status === 'cancelled') {
    return accept({ type: 'LateCallRecorded', data: { recordingId, reportId, call: written.call } });
  }
  const event: ReportEvent = { type: 'ReportPartWritten', data: { reportId, recordingId, ...written } };
  const missing = state.parts.filter((other) => other.part !== part.part && other.status !== 'written');
  if (missing.length > 0) return accept(event);
  return accept<ReportEvent>(event, { type: 'AnalysisCompleted', data: { reportId, recordingId } });
}

function recordFailure(state: PresentReport, command: CommandOf<'RecordReportFailure'>): ReportDecision {
  const part = state.parts.find((candidate) => candidate.part === command.part);
  if (!part) return refuse('unknown_part', `This report has no part ${command.part}.`);
  if (part.status !== 'pending' || command.round < state.round) return acceptNothing();
  const { reportId, recordingId } = state;
  const { round, failure } = command;
  return accept({ type: 'AnalysisFailed', data: { reportId, recordingId, round, part: part.part, failure } });
}

function requestRetry(state: PresentReport): ReportDecision {
  const parts = state.parts
    .filter((part) => part.status === 'failed' || part.status === 'cancelled')
    .map((part) => part.part);
  const index = parts.length === 0 && state.indexingFailed;
  if (state.rejected || (parts.length === 0 && !index))
    return refuse('nothing_to_retry', 'Nothing of this report has failed.');
  const { reportId, recordingId } = state;
  return accept({
    type: 'ReportRetryRequested',
    data: { reportId, recordingId, round: state.round + 1, parts, index },
  });
}

function evolveReport(state: ReportState, event: ReportEvent): ReportState {
  if (event.type === 'ReportRequested') {
    const { parts, ...request } = event.data;
    return {
      phase: 'present',
      ...request,
      round: 0,
      parts: parts.map((part) => ({ ...part, status: 'pending' })),
      indexing: notIndexed,
      indexingFailed: false,
      rejected: false,
    };
  }
  if (event.type === 'ReportErased') return { phase: 'erased' };
  if (event.type === 'ReportRejected' && state.phase === 'absent') return { phase: 'rejected' };
  return state.phase === 'present' ? evolvePresent(state, event) : state;
}

function evolvePresent(
  state: PresentReport,
  event: Exclude<ReportEvent, { type: 'ReportRequested' | 'ReportErased' }>,
): ReportState {
  switch (event.type) {
    case 'ReportPartWritten':
      return withParts(state, [event.data.part], 'written');
    case 'AnalysisFailed':
      return withParts(state, [event.data.part], 'failed');
    case 'PassagesEmbedded':
      return {
        ...state,
        indexing: passagesEmbedded(state.indexing, event.data),
        indexingFailed: false,
      };
    case 'Indexed':
      return { ...state, indexing: indexed(state.indexing, event.data.embedding), indexingFailed: false };
    case 'ReportIndexingFailed':
      return { ...state, indexingFailed: true };
    case 'ReportRetryRequested':
      return {
        ...withParts(state, event.data.parts, 'pending'),
        round: event.data.round,
        ...(event.data.index && { indexing: indexingAgain(state.indexing), indexingFailed: false }),
      };
    case 'ReportCancelled':
      return withParts(state, event.data.parts, 'cancelled');
    case 'ReportRejected':
      return { ...state, rejected: true, indexing: indexingAgain(state.indexing) };
    case 'AnalysisCompleted':
    case 'LateCallRecorded':
      return state;
  }
}

function withParts(
  state: PresentReport,
  parts: readonly string[],
  status: ReportPartState['status'],
): PresentReport {
  return {
    ...state,
    parts: state.parts.map((part) => (parts.includes(part.part) ? { ...part, status } : part)),
  };
}
