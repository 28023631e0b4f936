import {
  CallRecord,
  correlationOf,
  Decider,
  DomainEvent,
  recordingDecider,
  RecordingEvent,
  reportDecider,
  ReportEvent,
  ReprocessingCommand,
  ReprocessingWork,
} from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';

type Outcome = Extract<ReprocessingCommand, { type: 'RecordItemResult' | 'RecordItemFailure' }>;
type Events = readonly Recorded<DomainEvent>[];

/** What the log holds of one recording of a batch. */
export interface AskedRecording {
  reprocessingId: string;
  recordingId: string;
  work: ReprocessingWork;
  /** Of the recording's stream. */
  events: Events;
  /** Of the stream of the report that the batch commissioned; empty for a transcript, and before it begins. */
  reportEvents: Events;
}

/** Id of the report that a batch commissioned of this recording; null: none, or not yet. */
export function reportAskedFor({
  reprocessingId,
  work,
  events,
}: Omit<AskedRecording, 'reportEvents'>): string | null {
  const correlation = correlationOf(reprocessingId);
  for (const { type, data, metadata } of events) {
    if (type !== 'ReportCommissioned' || metadata.$correlationId !== correlation) continue;
    if (work.kind === 'report' && data.reportType === work.reportType) return data.reportId;
  }
  return null;
}

/** What has become of a recording that a batch asked; null while that is open. */
export function outcomeOf(asked: AskedRecording): Outcome | null {
  const ended = asked.work.kind === 'retranscribe' ? ofTranscript(asked) : ofReport(asked);
  if (!ended) return null;
  const costUsd = costOf(asked);
  const { recordingId } = asked;
  return typeof ended === 'string'
    ? { type: 'RecordItemFailure', recordingId, code: ended, costUsd }
    : { type: 'RecordItemResult', recordingId, result: ended, costUsd };
}

/** A result, or the code of a failure. */
type Ended = Extract<Outcome, { type: 'RecordItemResult' }>['result'] | string | null;

function ofTranscript({ reprocessingId, events }: AskedRecording): Ended {
  const correlation = correlationOf(reprocessingId);
  const asked = events.findIndex(
    ({ type, metadata }) => type === 'RetranscriptionRequested' && metadata.$correlationId === correlation,
  );
  if (asked < 0) return null;
  const after = events.slice(asked);
  // Nothing else was under way when it was asked for: the first one that came is it.
  for (const { type, data } of after) {
    if (type === 'TranscriptAssembled' || type === 'NoSpeechFound') {
      return { kind: 'transcript', transcriptVersion: data.transcriptVersion };
    }
  }
  const state = fold(recordingDecider, events as readonly Recorded<RecordingEvent>[]);
  if (state.phase !== 'present') return 'recording_erased';
  if (state.cancelled) return 'recording_cancelled';
  if (state.chunks.every(({ status }) => status === 'failed')) {
    return state.chunks[0]?.failureCode ?? 'nothing_transcribed';
  }
  return state.failedStages.includes('assemble') ? 'assembling_failed' : null;
}

function ofReport(asked: AskedRecording): Ended {
  const reportId = reportAskedFor(asked);
  if (reportId === null) return null;
  const recording = fold(recordingDecider, asked.events as readonly Recorded<RecordingEvent>[]);
  if (recording.phase !== 'present') return 'recording_erased';
  const report = fold(reportDecider, asked.reportEvents as readonly Recorded<ReportEvent>[]);
  if (report.phase === 'absent') return recording.cancelled ? 'recording_cancelled' : null;
  if (report.phase === 'rejected') return 'report_rejected';
  if (report.phase === 'erased') return 'recording_erased';
  const has = (status: string): boolean => report.parts.some((part) => part.status === status);
  if (has('failed')) return failureOf(asked.reportEvents);
  if (has('cancelled')) return 'report_cancelled';
  return has('pending') ? null : { kind: 'report', reportId };
}

/** Events of one stream are all of its decider. */
function fold<State, Event>(
  decider: Pick<Decider<State, never, Event>, 'initial' | 'evolve'>,
  events: readonly Event[],
): State {
  return events.reduce((state, event) => decider.evolve(state, event), decider.initial);
}

function failureOf(events: Events): string {
  for (const { type, data } of [...events].reverse()) {
    if (type === 'AnalysisFailed') return data.failure.code;
  }
  return 'report_failed';
}

/** What a batch paid for this recording; null where a price is not known. What was paid for before is not paid again. */
function costOf({ reprocessingId, work, events, reportEvents }: AskedRecording): number | null {
  const correlation = correlationOf(reprocessingId);
  const paid = new Set<string>();
  let usd: number | null = 0;
  for (const event of work.kind === 'report' ? reportEvents : events) {
    for (const { resultKey, costUsd } of callsOf(event)) {
      const isNew = !paid.has(resultKey);
      paid.add(resultKey);
      if (!isNew || event.metadata.$correlationId !== correlation) continue;
      usd = usd === null || costUsd === null ? null : usd + costUsd;
    }
  }
  return usd === null ? null : Math.round(usd * 1e9) / 1e9;
}

function callsOf(event: Recorded<DomainEvent>): readonly CallRecord[] {
  switch (event.type) {
    case 'ChunkTranscribed':
      return [event.data.call, ...event.data.discardedCalls];
    case 'ReportPartWritten':
    case 'LateCallRecorded':
      return [event.data.call];
    default:
      return [];
  }
}
