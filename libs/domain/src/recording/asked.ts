import { accept, acceptNothing, refuse } from '../shared/decider';
import { deriveId } from '../shared/ids';
import { CommandOf, RecordingDecision } from './decision';
import { RecordingEvent, RecordingStage } from './events';
import { copyAgain } from './listening-copy/decide';
import { ChunkState, PresentRecording, stageUnderWay } from './state';
import { hasUnheardSound } from './unheard';

// What people ask of a recording that is there.

export function reportIdsOf({ commissions }: PresentRecording): string[] {
  return commissions.map((commission) => commission.reportId);
}

/** A report on the current transcript; the one that is there already is not written again, unless that is asked for. */
export function commissionReport(
  state: PresentRecording,
  { reportType, language, again = false }: CommandOf<'CommissionReport'>,
): RecordingDecision {
  const { currentVersion: transcriptVersion, transcriptLanguage: ownLanguage } = state;
  if (transcriptVersion === 0) {
    return refuse('transcript_not_ready', 'There is no transcript of this recording yet.');
  }
  if (!state.hasSpeech) return refuse('no_speech_found', 'Nobody speaks in this recording.');
  const event = commissioned(state, {
    ...{ reportType, transcriptVersion, language: language ?? ownLanguage, ownLanguage },
    edition: again ? editionsOf(state, reportType, language ?? ownLanguage) : 0,
  });
  return reportIdsOf(state).includes(event.data.reportId) ? acceptNothing() : accept(event);
}

/** How often this report was written on the current transcript. */
function editionsOf(
  { commissions, currentVersion }: PresentRecording,
  reportType: string,
  language: string | null,
): number {
  return commissions.filter(
    (one) =>
      one.reportType === reportType && one.transcriptVersion === currentVersion && one.language === language,
  ).length;
}

type ReportCommissioned = Extract<RecordingEvent, { type: 'ReportCommissioned' }>;

/** The same report on the same transcript in the same language has the same id, whoever asks for it. */
export function reportIdOf(
  recordingId: string,
  report: {
    reportType: string;
    transcriptVersion: number;
    language: string | null;
    /** Of the transcript. */
    ownLanguage: string | null;
    /** 0 for the first; each that is written again, by another model or prompt, has the next number. */
    edition?: number;
  },
): string {
  const { reportType, transcriptVersion, language, ownLanguage, edition = 0 } = report;
  const inAnother = language === null || language === ownLanguage ? [] : [language];
  const later = edition === 0 ? [] : [`edition ${edition}`];
  return deriveId('report', recordingId, reportType, transcriptVersion, ...inAnother, ...later);
}

export function commissioned(
  { recordingId, owner }: PresentRecording,
  report: Parameters<typeof reportIdOf>[1],
): ReportCommissioned {
  const { reportType, transcriptVersion, language } = report;
  const reportId = reportIdOf(recordingId, report);
  return {
    type: 'ReportCommissioned',
    data: { recordingId, owner, reportId, reportType, transcriptVersion, language },
  };
}

/** Another transcript beside the one that is there, once nothing is under way. */
export function requestRetranscription(
  state: PresentRecording,
  { language }: CommandOf<'RequestRetranscription'>,
): RecordingDecision {
  if (state.assembledVersion === 0) {
    return refuse('transcript_not_ready', 'There is no transcript of this recording yet.');
  }
  if (stageUnderWay(state) !== null) {
    return refuse('still_processing', 'This recording is being processed. Wait until it is done.');
  }
  const { recordingId, round, chunks } = state;
  return accept({
    type: 'RetranscriptionRequested',
    data: { recordingId, round: round + 1, chunks: chunks.map((chunk) => chunk.index), language },
  });
}

const MAX_DETAILS = 50;

export function provideDetails(
  state: PresentRecording,
  { changes, scenario: wanted, expectedVersion }: CommandOf<'ProvideDetails'>,
): RecordingDecision {
  if (expectedVersion !== null && expectedVersion !== state.detailsVersion) {
    return refuse('details_changed', 'The details were changed meanwhile. Read them again.');
  }
  const merged = new Map<string, string>(Object.entries(state.details));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  if (merged.size > MAX_DETAILS) {
    return refuse('too_many_details', `A recording has at most ${MAX_DETAILS} details.`);
  }
  const before = Object.entries(state.details);
  const isSame = before.length === merged.size && before.every(([name, value]) => merged.get(name) === value);
  const scenario = wanted === undefined || wanted === state.scenario ? null : wanted;
  if (isSame && scenario === null) return acceptNothing();
  const details = Object.fromEntries(merged);
  const detailsVersion = state.detailsVersion + 1;
  return accept({
    type: 'DetailsProvided',
    data: { recordingId: state.recordingId, scenario, details, detailsVersion },
  });
}

/**
 * Goes on with everything that failed, or was under way when it was cancelled. A later stage that failed too is left out
 * when an earlier one is done again: it follows by itself. A listening copy that could not be made is asked for again.
 */
export function requestRetry(state: PresentRecording): RecordingDecision {
  const { cancelled } = state;
  // Nothing was heard at all: what may be speech is transcribed once more.
  const assemblyFailed = state.failedStages.includes('assemble');
  const isToDo = (chunk: ChunkState): boolean =>
    chunk.status === 'failed' ||
    (cancelled && chunk.status === 'pending' && chunk.released) ||
    (assemblyFailed && chunk.status === 'transcribed' && hasUnheardSound(chunk));
  const chunks = state.chunks.filter(isToDo).map((chunk) => chunk.index);
  const order: readonly RecordingStage[] = ['split', 'assemble', 'index'];
  const underWay = cancelled ? stageUnderWay(state) : null;
  const firstOpen = order.find((stage) => state.failedStages.includes(stage) || stage === underWay);
  const copy = copyAgain(state);
  if (chunks.length === 0 && !firstOpen && !cancelled) {
    if (copy.length > 0) return accept(...copy);
    return refuse('nothing_to_retry', 'Nothing of this recording has failed.');
  }
  const stages = chunks.length > 0 || !firstOpen ? [] : [firstOpen];
  const version = firstOpen === 'index' ? state.currentVersion : state.announcedVersion;
  const retry: RecordingEvent = {
    type: 'RecordingRetryRequested',
    data: {
      recordingId: state.recordingId,
      round: state.round + 1,
      chunks,
      stages,
      transcriptVersion: version > 0 ? version : null,
      reports: cancelled ? [...state.commissions] : [],
    },
  };
  return accept(retry, ...copy);
}
