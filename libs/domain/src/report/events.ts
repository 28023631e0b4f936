import { z } from 'zod';
import { defineEvent, EventOf } from '../shared/event-definition';
import { LateCallRecorded } from '../shared/late-call';
import { Indexed } from '../shared/indexing';
import { PassagesEmbedded } from '../shared/passages-embedded';
import { personal } from '../shared/personal';
import { callRecord, failure, language } from '../shared/values';

const ids = { reportId: z.uuid(), recordingId: z.uuid() };
const part = z.string().min(1);
const round = z.number().int().min(0);

export const ReportRequested = defineEvent(
  'ReportRequested',
  z.object({
    ...ids,
    owner: z.uuid(),
    reportType: z.string().min(1),
    /** The transcript that the report stands on. */
    transcriptVersion: z.number().int().min(1),
    /** Language to write in; null: the transcript's own. */
    language,
    /** Parts in order, each with the version of its prompt, fixed here for the life of the report. */
    parts: z.array(z.object({ part, promptVersion: z.string().min(1) })).min(1),
  }),
);

export const ReportPartWritten = defineEvent(
  'ReportPartWritten',
  z.object({
    ...ids,
    part,
    promptVersion: z.string().min(1),
    /** Markdown. */
    text: personal(z.string().min(1)),
    call: callRecord,
  }),
);

/** Every part of the report is written. */
export const AnalysisCompleted = defineEvent('AnalysisCompleted', z.object({ ...ids }));

export const AnalysisFailed = defineEvent('AnalysisFailed', z.object({ ...ids, round, part, failure }));

export const ReportIndexingFailed = defineEvent('ReportIndexingFailed', z.object({ ...ids, round, failure }));

export const ReportRetryRequested = defineEvent(
  'ReportRetryRequested',
  z.object({ ...ids, round, parts: z.array(part), index: z.boolean() }),
);

/** Its recording was cancelled before these parts were written; they can be gone on with. */
export const ReportCancelled = defineEvent(
  'ReportCancelled',
  z.object({ ...ids, parts: z.array(part).min(1) }),
);

/** Somebody wants what was there before; this one can be read, but is found no more. */
export const ReportRejected = defineEvent('ReportRejected', z.object({ ...ids }));

/** The recording that this report stands on was erased. */
export const ReportErased = defineEvent('ReportErased', z.object({ ...ids }));

export const REPORT_EVENTS = [
  ReportRequested,
  ReportPartWritten,
  AnalysisCompleted,
  AnalysisFailed,
  PassagesEmbedded,
  Indexed,
  ReportIndexingFailed,
  ReportRetryRequested,
  ReportCancelled,
  LateCallRecorded,
  ReportRejected,
  ReportErased,
] as const;

export type ReportEvent = EventOf<(typeof REPORT_EVENTS)[number]>;
