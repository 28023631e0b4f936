import {
  CallRecord,
  ChannelMode,
  DomainEvent,
  isErased,
  MixedReason,
  RecordingStage,
  Scenario,
} from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { NO_CALLS, RecordedCalls, withReportCall, withReportMade, withSpeechCall } from './call-totals';

export type ReportStatus = 'writing' | 'completed' | 'failed' | 'cancelled';

export interface AudioOfRecording {
  durationSeconds: number;
  container: string;
  codec: string;
  sampleRate: number;
  channels: number;
  /** Not in rows of the version before, like what follows. */
  endsEarly?: { declaredSeconds: number | null } | null;
  longerThanDeclared?: { declaredSeconds: number } | null;
  tracks?: {
    codec: string;
    channels: number;
    language: string | null;
    title: string | null;
    chosen: boolean;
  }[];
}

/** The copy for listening, as far as people are told. */
export type ListeningCopyView =
  | { status: 'pending' }
  | { status: 'ready'; sizeBytes: number; durationSeconds: number }
  | { status: 'failed'; code: string };

export interface RecordingView {
  id: string;
  owner: string;
  /** Null once erased, like all that is personal. */
  fileName: string | null;
  details: Record<string, string> | null;
  /** How often the details were changed since the upload. */
  detailsVersion: number;
  sizeBytes: number;
  sha256: string;
  scenario: Scenario;
  audio: AudioOfRecording;
  /** How the channels were to be transcribed. Not in rows of the version before, like what follows. */
  channels?: ChannelMode;
  /** Why channels that were to be separate are mixed; null: they are not, or it is not known yet. */
  mixedBecause?: MixedReason | null;
  /** As given, else as heard; null while it is not known. */
  language: string | null;
  /** ISO 8601. */
  uploadedAt: string;
  /** Position of the upload in the log, as a string of digits; orders lists. */
  uploadedPosition: string;
  updatedAt: string;
  chunks: {
    index: number;
    /** Null: the mix of all channels. Not in rows of the version before. */
    channel?: number | null;
    start: number;
    end: number;
    status: 'pending' | 'transcribed' | 'failed';
    code: string | null;
    /** Left out as invented, in seconds from the start of the chunk. */
    gaps: { start: number; end: number; code: string }[];
    /** Text that a rule left out, in seconds from the start of the chunk. Not in rows of the version before. */
    removed?: { start: number; end: number; code: string; text: string }[];
  }[];
  /** What the file itself lacks, in seconds of the recording. Not in rows of the version before. */
  missing?: { start: number; end: number; code: string }[];
  /** Left out where none was asked for, and of an erased recording. */
  listeningCopy?: ListeningCopyView;
  failures: { stage: RecordingStage; code: string; provider: string | null; requestId: string | null }[];
  announcedVersion: number;
  assembledVersion: number;
  /** Version that can be found by words and by vectors; 0 before. */
  indexedVersion: number;
  noSpeech: boolean;
  wordCount: number;
  /** The transcript before the last, which is current again because the last one was rejected; else left out. */
  restoredVersion?: number;
  reports: ReportOfRecording[];
  /** What its calls took, for forecasts. Not in rows of the version before. */
  calls?: RecordedCalls;
  /** What all model calls cost so far, and how many of them have no known price. */
  cost: { usd: number; callsOfUnknownPrice: number };
  erasure: 'none' | 'decided' | 'completed';
  cancelled: boolean;
  /** Keys of paid results that came too late: used after all, they are not counted twice. */
  lateResultKeys: string[];
}

export interface ReportOfRecording {
  id: string;
  type: string;
  transcriptVersion: number;
  status: ReportStatus;
  /** Not in rows of the version before. */
  language?: string | null;
  /** Left out where it was not. */
  rejected?: boolean;
}

/** The fold behind the table of recordings. Reads the events of the recording and of its reports. */
export function evolveRecordingView(
  view: RecordingView | undefined,
  event: Recorded<DomainEvent>,
): RecordingView | undefined {
  if (event.type === 'AudioUploaded') return uploaded(event);
  if (!view) return undefined;
  const changed = evolveExisting(view, event);
  return { ...changed, updatedAt: event.metadata.recordedAt };
}

function uploaded(event: Extract<Recorded<DomainEvent>, { type: 'AudioUploaded' }>): RecordingView {
  const { recordingId, owner, fileName, details, sizeBytes, sha256, scenario, audio, language, channels } =
    event.data;
  return {
    id: recordingId,
    owner,
    // Lists are filtered by it: the same name must be the same characters.
    fileName: isErased(fileName) ? null : fileName.normalize('NFC'),
    details: isErased(details) ? null : details,
    detailsVersion: 0,
    sizeBytes,
    sha256,
    scenario,
    audio,
    channels,
    mixedBecause: null,
    language,
    uploadedAt: event.metadata.recordedAt,
    uploadedPosition: event.position.toString(),
    updatedAt: event.metadata.recordedAt,
    chunks: [],
    failures: [],
    announcedVersion: 0,
    assembledVersion: 0,
    indexedVersion: 0,
    noSpeech: false,
    wordCount: 0,
    reports: [],
    calls: { speech: NO_CALLS, reports: {} },
    cost: { usd: 0, callsOfUnknownPrice: 0 },
    erasure: 'none',
    cancelled: false,
    lateResultKeys: [],
  };
}

function evolveExisting(view: RecordingView, event: Recorded<DomainEvent>): RecordingView {
  switch (event.type) {
    case 'AudioSplit':
      return {
        ...withoutFailures(view, ['split']),
        audio: splitAudio(view.audio, event.data),
        missing: event.data.gaps,
        mixedBecause: event.data.mixedBecause,
        chunks: event.data.chunks.map(({ index, channel, start, end }) => ({
          index,
          channel,
          start,
          end,
          status: 'pending',
          code: null,
          gaps: [],
        })),
      };
    case 'ChunkTranscribed':
      return transcribed(view, event.data);
    case 'LanguageDetected':
      return { ...view, language: view.language ?? event.data.language };
    case 'ChunkTranscriptionFailed':
      return withChunk(view, event.data.chunkIndex, { status: 'failed', code: event.data.failure.code });
    case 'AllChunksTranscribed':
      return { ...view, announcedVersion: event.data.transcriptVersion };
    case 'TranscriptAssembled': {
      const { transcriptVersion, wordCount, language } = event.data;
      const assembled = { assembledVersion: transcriptVersion, noSpeech: false, wordCount };
      const next = { ...withNewTranscript(view), ...assembled };
      return { ...next, language: view.language ?? language };
    }
    case 'NoSpeechFound': {
      const assembledVersion = event.data.transcriptVersion;
      return { ...withNewTranscript(view), assembledVersion, noSpeech: true, wordCount: 0 };
    }
    case 'TranscriptRejected':
      return event.data.restored ? restored(view, event.data.restored) : view;
    case 'ReportCommissioned': {
      const { reportId: id, reportType: type, transcriptVersion, language } = event.data;
      const report = { id, type, transcriptVersion, status: 'writing' as const, language };
      return { ...view, reports: [...view.reports, report] };
    }
    case 'PassagesEmbedded': {
      const { source, embedding } = event.data;
      if (source.kind !== 'transcript') return view;
      const next = withoutFailures(view, ['index']);
      // Of an earlier build: no `Indexed` follows.
      return embedding === null ? { ...next, indexedVersion: source.transcriptVersion } : next;
    }
    case 'Indexed': {
      const { source } = event.data;
      if (source.kind !== 'transcript') return view;
      return { ...withoutFailures(view, ['index']), indexedVersion: source.transcriptVersion };
    }
    case 'ListeningCopyRequested':
      return { ...view, listeningCopy: { status: 'pending' } };
    case 'ListeningCopyMade': {
      const { audio, durationSeconds } = event.data;
      return { ...view, listeningCopy: { status: 'ready', sizeBytes: audio.sizeBytes, durationSeconds } };
    }
    case 'ListeningCopyFailed':
      return { ...view, listeningCopy: { status: 'failed', code: event.data.failure.code } };
    case 'RecordingStageFailed': {
      const { stage, failure } = event.data;
      const { code, provider, requestId } = failure;
      const failures = withoutFailures(view, [stage]).failures;
      return { ...view, failures: [...failures, { stage, code, provider, requestId }] };
    }
    case 'RecordingRetryRequested':
      return retried(view, event.data);
    case 'RetranscriptionRequested': {
      const { chunks, language } = event.data;
      const pending = { status: 'pending' as const, code: null, gaps: [], removed: [] };
      const again = chunks.reduce((next, index) => withChunk(next, index, pending), view);
      return { ...again, language: language ?? view.language };
    }
    case 'RecordingCancelled':
      return { ...view, cancelled: true, reports: view.reports.map(cancelledIfWriting) };
    case 'DetailsProvided': {
      const { scenario, details: given, detailsVersion } = event.data;
      const details = isErased(given) ? null : given;
      return { ...view, scenario: scenario ?? view.scenario, details, detailsVersion };
    }
    case 'LateCallRecorded': {
      const { call } = event.data;
      return { ...withCost(view, call), lateResultKeys: [...view.lateResultKeys, call.resultKey] };
    }
    case 'ReportCancelled':
      return withReport(view, event.data.reportId, 'cancelled');
    case 'RecordingErased':
      return erased(view);
    case 'RecordingErasureCompleted':
      return { ...view, erasure: 'completed', failures: [] };
    case 'ReportPartWritten':
      return withCost(withReportCall(view, event.data), event.data.call);
    case 'AnalysisCompleted':
      return withReport(withReportMade(view, event.data.reportId), event.data.reportId, 'completed');
    case 'ReportRejected': {
      const { reportId } = event.data;
      // One that had not begun never will.
      const reports = view.reports.map((one) =>
        one.id === reportId ? { ...cancelledIfWriting(one), rejected: true } : one,
      );
      return { ...view, reports };
    }
    case 'AnalysisFailed':
      return withReport(view, event.data.reportId, 'failed');
    case 'ReportRetryRequested':
      return event.data.parts.length > 0 ? withReport(view, event.data.reportId, 'writing') : view;
    default:
      return view;
  }
}

/** The split decides which track is heard, and so how long the recording is. */
function splitAudio(
  audio: AudioOfRecording,
  { durationSeconds, timeline }: Extract<DomainEvent, { type: 'AudioSplit' }>['data'],
): AudioOfRecording {
  if (!timeline) return audio;
  const tracks = audio.tracks?.map((track, index) => ({ ...track, chosen: index === timeline.track }));
  return { ...audio, durationSeconds, ...(tracks && { tracks }) };
}

function erased({ listeningCopy: _, ...view }: RecordingView): RecordingView {
  const chunks = view.chunks.map(({ removed: _removed, ...chunk }) => chunk);
  const nothing = { fileName: null, details: null, failures: [], reports: [] };
  return { ...view, ...nothing, chunks, erasure: 'decided' };
}

type RetryRequested = Extract<DomainEvent, { type: 'RecordingRetryRequested' }>['data'];

function retried(view: RecordingView, { chunks, stages, reports }: RetryRequested): RecordingView {
  const again = chunks.reduce(
    (next, index) => withChunk(next, index, { status: 'pending', code: null }),
    // What follows the chunks is done anew with them.
    withoutFailures(view, chunks.length > 0 ? [...stages, 'assemble', 'index'] : stages),
  );
  const resumed = again.reports.map((report) =>
    report.status === 'cancelled' && reports.some(({ reportId }) => reportId === report.id)
      ? { ...report, status: 'writing' as const }
      : report,
  );
  return { ...again, cancelled: false, reports: resumed };
}

function cancelledIfWriting(report: RecordingView['reports'][number]): RecordingView['reports'][number] {
  return report.status === 'writing' ? { ...report, status: 'cancelled' } : report;
}

function transcribed(
  view: RecordingView,
  data: Extract<DomainEvent, { type: 'ChunkTranscribed' }>['data'],
): RecordingView {
  const { chunkIndex, gaps, call, discardedCalls } = data;
  const removed = isErased(data.removed) ? [] : data.removed;
  const changed = withChunk(view, chunkIndex, { status: 'transcribed', code: null, gaps, removed });
  const calls = [call, ...discardedCalls];
  const counted = calls.reduce(withSpeechCall, changed);
  return calls.reduce(withCost, counted);
}

function withNewTranscript(view: RecordingView): RecordingView {
  const { restoredVersion: _, ...next } = withoutFailures(view, ['assemble']);
  return next;
}

/** Not searchable until its passages are there again. */
function restored(
  view: RecordingView,
  {
    transcriptVersion,
    isSilent,
    language,
    wordCount,
  }: NonNullable<Extract<DomainEvent, { type: 'TranscriptRejected' }>['data']['restored']>,
): RecordingView {
  return {
    ...withoutFailures(view, ['index']),
    ...{ restoredVersion: transcriptVersion, noSpeech: isSilent, wordCount, indexedVersion: 0 },
    language: language ?? view.language,
  };
}

function withChunk(
  view: RecordingView,
  index: number,
  change: Partial<RecordingView['chunks'][number]>,
): RecordingView {
  const chunks = view.chunks.map((chunk) => (chunk.index === index ? { ...chunk, ...change } : chunk));
  return { ...view, chunks };
}

function withoutFailures(view: RecordingView, stages: readonly RecordingStage[]): RecordingView {
  return { ...view, failures: view.failures.filter(({ stage }) => !stages.includes(stage)) };
}

function withReport(view: RecordingView, id: string, status: ReportStatus): RecordingView {
  return {
    ...view,
    reports: view.reports.map((report) => (report.id === id ? { ...report, status } : report)),
  };
}

function withCost(view: RecordingView, { costUsd, resultKey }: CallRecord): RecordingView {
  if (view.lateResultKeys.includes(resultKey)) return view;
  const { usd, callsOfUnknownPrice } = view.cost;
  const cost =
    costUsd === null
      ? { usd, callsOfUnknownPrice: callsOfUnknownPrice + 1 }
      : { usd: Math.round((usd + costUsd) * 1e9) / 1e9, callsOfUnknownPrice };
  return { ...view, cost };
}
