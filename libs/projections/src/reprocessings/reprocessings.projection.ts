import {
  DomainEvent,
  ReprocessingEvent,
  ReprocessingForecast,
  ReprocessingStatus,
  ReprocessingWork,
} from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

export interface ReprocessingView {
  id: string;
  owner: string;
  work: ReprocessingWork;
  forecast: ReprocessingForecast;
  status: ReprocessingStatus;
  /** Recordings of the batch. */
  total: number;
  /** Recordings that were asked, those that are through included. */
  asked: number;
  finished: number;
  failed: number;
  accepted: number;
  rejected: number;
  /** What it cost so far, and for how many recordings some of that is not known. */
  cost: { usd: number; recordingsOfUnknownPrice: number };
  /** ISO 8601. */
  requestedAt: string;
  /** Position of the request in the log, digits; orders lists. */
  requestedPosition: string;
  updatedAt: string;
  /** ISO 8601; null while it is paused or over. */
  runningSince: string | null;
  /** For which it ran before, pauses left out. */
  ranSeconds: number;
  /** For which it had run when the last recording was through. */
  ranSecondsAtLastEnd: number;
}

type BatchEvent = Extract<Recorded<DomainEvent>, { type: ReprocessingEvent['type'] }>;

/** One row per batch. */
export const reprocessingsProjection: DocumentProjection<ReprocessingView> = {
  name: 'reprocessings',
  version: 1,
  table: 'read_reprocessings',
  idType: 'uuid',
  filter: { streamPrefixes: ['reprocessing-'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'requested_position', type: 'bigint', valueOf: (row) => row.requestedPosition },
  ],
  idsOf: (event) => ('reprocessingId' in event.data ? [event.data.reprocessingId] : []),
  evolve: (row, event) => {
    const ofBatch = event as BatchEvent;
    if (ofBatch.type === 'ReprocessingRequested') return requested(ofBatch);
    return row && { ...evolve(row, ofBatch), updatedAt: event.metadata.recordedAt };
  },
};

/** Seconds until it is through, by how long it took so far; null where nothing can be said. */
export function secondsLeftOf(view: ReprocessingView): number | null {
  const { status, total, ranSecondsAtLastEnd } = view;
  const ended = view.finished + view.failed;
  if (status === 'finished') return 0;
  if (status === 'cancelled' || ended === 0) return null;
  return Math.ceil((ranSecondsAtLastEnd / ended) * (total - ended));
}

function requested(event: Extract<BatchEvent, { type: 'ReprocessingRequested' }>): ReprocessingView {
  const { reprocessingId: id, owner, work, forecast, total } = event.data;
  const { recordedAt } = event.metadata;
  return {
    ...{ id, owner, work, forecast, status: 'running', total },
    ...{ asked: 0, finished: 0, failed: 0, accepted: 0, rejected: 0 },
    cost: { usd: 0, recordingsOfUnknownPrice: 0 },
    ...{ requestedAt: recordedAt, requestedPosition: event.position.toString(), updatedAt: recordedAt },
    ...{ runningSince: recordedAt, ranSeconds: 0, ranSecondsAtLastEnd: 0 },
  };
}

function evolve(
  row: ReprocessingView,
  event: Exclude<BatchEvent, { type: 'ReprocessingRequested' }>,
): ReprocessingView {
  switch (event.type) {
    case 'ReprocessingExtended':
      return row;
    case 'ReprocessingItemStarted':
      return { ...row, asked: row.asked + 1 };
    case 'ReprocessingItemFinished':
      return { ...ended(row, event), finished: row.finished + 1 };
    case 'ReprocessingItemFailed':
      return { ...ended(row, event), failed: row.failed + 1 };
    case 'ReprocessingPaused':
      return { ...stopped(row, event), status: 'paused' };
    case 'ReprocessingResumed':
      return { ...row, status: 'running', runningSince: event.metadata.recordedAt };
    case 'ReprocessingCancelled':
      return { ...stopped(row, event), status: 'cancelled' };
    case 'ReprocessingFinished':
      return { ...stopped(row, event), status: 'finished' };
    case 'ReprocessingItemsAccepted':
      return { ...row, accepted: row.accepted + event.data.recordingIds.length };
    case 'ReprocessingItemsRejected':
      return { ...row, rejected: row.rejected + event.data.items.length };
  }
}

function ended(
  row: ReprocessingView,
  event: Extract<BatchEvent, { type: 'ReprocessingItemFinished' | 'ReprocessingItemFailed' }>,
): ReprocessingView {
  const { costUsd } = event.data;
  const { usd, recordingsOfUnknownPrice } = row.cost;
  const cost =
    costUsd === null
      ? { usd, recordingsOfUnknownPrice: recordingsOfUnknownPrice + 1 }
      : { usd: Math.round((usd + costUsd) * 1e9) / 1e9, recordingsOfUnknownPrice };
  return { ...row, cost, ranSecondsAtLastEnd: ranUntil(row, event) };
}

function stopped(row: ReprocessingView, event: BatchEvent): ReprocessingView {
  return { ...row, ranSeconds: ranUntil(row, event), runningSince: null };
}

function ranUntil({ ranSeconds, runningSince }: ReprocessingView, { metadata }: BatchEvent): number {
  if (runningSince === null) return ranSeconds;
  const more = (Date.parse(metadata.recordedAt) - Date.parse(runningSince)) / 1_000;
  // Clocks of several machines differ.
  return Math.round((ranSeconds + Math.max(0, more)) * 1e3) / 1e3;
}
