import { z } from 'zod';
import { defineEvent, EventOf } from '../shared/event-definition';
import { language, seconds } from '../shared/values';

/** What is done again with every recording of a batch. */
export const reprocessingWork = z.discriminatedUnion('kind', [
  /** `language` of the speech; null: as it is known already. */
  z.object({ kind: z.literal('retranscribe'), language }),
  /** `language` to write in; null: the transcript's own. */
  z.object({ kind: z.literal('report'), reportType: z.string().min(1), language }),
]);
export type ReprocessingWork = z.infer<typeof reprocessingWork>;

/** What a batch is expected to cost, by what the same recordings cost before. */
export const reprocessingForecast = z.object({
  recordings: z.number().int().min(0),
  audioSeconds: seconds,
  /** Of the recordings whose price is known; null when it is known for none. */
  costUsd: z.number().min(0).nullable(),
  /** Recordings whose price is not known. */
  recordingsOfUnknownPrice: z.number().int().min(0),
});
export type ReprocessingForecast = z.infer<typeof reprocessingForecast>;

/** What came of one recording: a transcript or a report, beside the one that was there. */
export const reprocessingResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('transcript'), transcriptVersion: z.number().int().min(1) }),
  z.object({ kind: z.literal('report'), reportId: z.uuid() }),
]);
export type ReprocessingResult = z.infer<typeof reprocessingResult>;

/** Recordings that one event names at most: events must stay small. */
export const RECORDINGS_PER_EVENT = 500;

const ids = { reprocessingId: z.uuid(), owner: z.uuid() };
const recordingId = z.uuid();
const recordingIds = z.array(recordingId).min(1).max(RECORDINGS_PER_EVENT);
/** Of its calls; null: the price of some is not known. */
const costUsd = z.number().min(0).nullable();

/** A batch begins. Which recordings belong to it is fixed here and in the ReprocessingExtended that follow at once. */
export const ReprocessingRequested = defineEvent(
  'ReprocessingRequested',
  z.object({
    ...ids,
    work: reprocessingWork,
    forecast: reprocessingForecast,
    total: z.number().int().min(1),
    recordingIds,
  }),
);

/** More recordings of a batch that begins; one event does not hold them all. */
export const ReprocessingExtended = defineEvent('ReprocessingExtended', z.object({ ...ids, recordingIds }));

/** It is this recording's turn. */
export const ReprocessingItemStarted = defineEvent(
  'ReprocessingItemStarted',
  z.object({ ...ids, recordingId, work: reprocessingWork }),
);

export const ReprocessingItemFinished = defineEvent(
  'ReprocessingItemFinished',
  z.object({ ...ids, recordingId, result: reprocessingResult, costUsd }),
);

/** Refused by the recording, or given up on the way; the code says which. */
export const ReprocessingItemFailed = defineEvent(
  'ReprocessingItemFailed',
  z.object({ ...ids, recordingId, code: z.string().min(1), costUsd }),
);

/** Nothing new begins; what is under way ends. */
export const ReprocessingPaused = defineEvent('ReprocessingPaused', z.object(ids));
export const ReprocessingResumed = defineEvent('ReprocessingResumed', z.object(ids));
/** Nothing new begins any more; what is under way ends, and what is there stays. */
export const ReprocessingCancelled = defineEvent('ReprocessingCancelled', z.object(ids));
/** Every recording of the batch is through. */
export const ReprocessingFinished = defineEvent('ReprocessingFinished', z.object(ids));

/** Somebody looked at what came of these recordings and keeps it. */
export const ReprocessingItemsAccepted = defineEvent(
  'ReprocessingItemsAccepted',
  z.object({ ...ids, recordingIds }),
);

/** Somebody wants what was there before; what came of these recordings stays in the log. */
export const ReprocessingItemsRejected = defineEvent(
  'ReprocessingItemsRejected',
  z.object({
    ...ids,
    items: z
      .array(z.object({ recordingId, result: reprocessingResult }))
      .min(1)
      .max(RECORDINGS_PER_EVENT),
  }),
);

export const REPROCESSING_EVENTS = [
  ReprocessingRequested,
  ReprocessingExtended,
  ReprocessingItemStarted,
  ReprocessingItemFinished,
  ReprocessingItemFailed,
  ReprocessingPaused,
  ReprocessingResumed,
  ReprocessingCancelled,
  ReprocessingFinished,
  ReprocessingItemsAccepted,
  ReprocessingItemsRejected,
] as const;

export type ReprocessingEvent = EventOf<(typeof REPROCESSING_EVENTS)[number]>;
