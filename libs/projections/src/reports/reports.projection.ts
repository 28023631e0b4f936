import { CallRecord, DomainEvent, isErased } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

export interface ReportPartView {
  part: string;
  status: 'pending' | 'written' | 'failed' | 'cancelled';
  /** Version of the prompt that it was, or will be, written with. */
  promptVersion: string;
  /** Markdown; null until it is written. */
  text: string | null;
  call: CallRecord | null;
  failure: { code: string; provider: string | null; requestId: string | null } | null;
}

export interface ReportView {
  id: string;
  recordingId: string;
  owner: string;
  type: string;
  transcriptVersion: number;
  language: string | null;
  status: 'writing' | 'completed' | 'failed' | 'cancelled';
  searchable: boolean;
  /** Somebody wanted what was there before. Left out where nobody did. */
  rejected?: boolean;
  parts: ReportPartView[];
  /** ISO 8601. */
  requestedAt: string;
  completedAt: string | null;
}

/** One row per report; none once its recording is erased. */
export const reportsProjection: DocumentProjection<ReportView> = {
  name: 'reports',
  version: 3,
  table: 'read_reports',
  idType: 'uuid',
  filter: { streamPrefixes: ['report-', 'recording-'] },
  columns: [
    { name: 'recording_id', type: 'uuid', valueOf: (row) => row.recordingId },
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
  ],
  idsOf: (event) => {
    if (event.type === 'RecordingErased') return event.data.reportIds;
    return event.type !== 'ReportCommissioned' && 'reportId' in event.data && event.data.reportId !== null
      ? [event.data.reportId]
      : (event.type === 'PassagesEmbedded' || event.type === 'Indexed') && event.data.source.kind === 'report'
        ? [event.data.source.reportId]
        : [];
  },
  evolve,
};

function evolve(row: ReportView | undefined, event: Recorded<DomainEvent>): ReportView | undefined {
  if (event.type === 'ReportRequested') return requested(event);
  if (event.type === 'ReportErased' || event.type === 'RecordingErased') return undefined;
  if (!row) return undefined;
  switch (event.type) {
    case 'ReportPartWritten': {
      const { part, promptVersion, text, call } = event.data;
      if (isErased(text)) return undefined;
      return withPart(row, part, { status: 'written', promptVersion, text, call, failure: null });
    }
    case 'AnalysisFailed': {
      const { code, provider, requestId } = event.data.failure;
      const failed = { status: 'failed' as const, failure: { code, provider, requestId } };
      return { ...withPart(row, event.data.part, failed), status: 'failed' };
    }
    case 'ReportRetryRequested':
      return event.data.parts.reduce<ReportView>(
        (next, part) => withPart(next, part, { status: 'pending', failure: null }),
        { ...row, status: event.data.parts.length > 0 ? 'writing' : row.status },
      );
    case 'ReportCancelled':
      return event.data.parts.reduce<ReportView>(
        (next, part) => withPart(next, part, { status: 'cancelled' }),
        { ...row, status: 'cancelled' },
      );
    case 'AnalysisCompleted':
      return { ...row, status: 'completed', completedAt: event.metadata.recordedAt };
    case 'PassagesEmbedded':
      // Of an earlier build: no `Indexed` follows.
      return event.data.embedding === null ? { ...row, searchable: true } : row;
    case 'Indexed':
      return { ...row, searchable: true };
    case 'ReportRejected':
      return { ...row, rejected: true, searchable: false };
    default:
      return row;
  }
}

function requested(event: Extract<Recorded<DomainEvent>, { type: 'ReportRequested' }>): ReportView {
  const {
    reportId: id,
    recordingId,
    owner,
    reportType: type,
    transcriptVersion,
    language,
    parts,
  } = event.data;
  return {
    ...{ id, recordingId, owner, type, transcriptVersion, language },
    status: 'writing',
    searchable: false,
    parts: parts.map((part) => ({ ...part, status: 'pending', text: null, call: null, failure: null })),
    requestedAt: event.metadata.recordedAt,
    completedAt: null,
  };
}

function withPart(row: ReportView, name: string, change: Partial<ReportPartView>): ReportView {
  return { ...row, parts: row.parts.map((part) => (part.part === name ? { ...part, ...change } : part)) };
}
