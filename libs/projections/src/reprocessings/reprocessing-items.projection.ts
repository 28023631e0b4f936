import { deriveId, DomainEvent, ReprocessingItem, ReprocessingResult } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

export interface ReprocessingItemView {
  id: string;
  reprocessingId: string;
  recordingId: string;
  /** Digits; orders the recordings of a batch as they are asked. */
  place: string;
  status: ReprocessingItem['status'];
  verdict: ReprocessingItem['verdict'];
  result: ReprocessingResult | null;
  /** Why it failed; null unless it did. */
  code: string | null;
  /** Null until it is through, and where it is not known. */
  costUsd: number | null;
  /** ISO 8601. */
  startedAt: string | null;
  endedAt: string | null;
}

/** Digits of the place within an event: recordings of one event have different places. */
const DIGITS_WITHIN_EVENT = 3;

/** One row per recording of a batch: a batch's own row would be too long to be written anew with every event. */
export const reprocessingItemsProjection: DocumentProjection<ReprocessingItemView> = {
  name: 'reprocessing-items',
  version: 1,
  table: 'read_reprocessing_items',
  idType: 'uuid',
  filter: { streamPrefixes: ['reprocessing-'] },
  columns: [
    { name: 'reprocessing_id', type: 'uuid', valueOf: (row) => row.reprocessingId },
    { name: 'place', type: 'bigint', valueOf: (row) => row.place },
  ],
  idsOf: (event) => {
    if (!('reprocessingId' in event.data)) return [];
    const { reprocessingId } = event.data;
    return recordingsOf(event).map((recordingId) => itemId(reprocessingId, recordingId));
  },
  evolve,
};

function itemId(reprocessingId: string, recordingId: string): string {
  return deriveId('reprocessing-item', reprocessingId, recordingId);
}

function recordingsOf(event: Recorded<DomainEvent>): readonly string[] {
  switch (event.type) {
    case 'ReprocessingRequested':
    case 'ReprocessingExtended':
    case 'ReprocessingItemsAccepted':
      return event.data.recordingIds;
    case 'ReprocessingItemStarted':
    case 'ReprocessingItemFinished':
    case 'ReprocessingItemFailed':
      return [event.data.recordingId];
    case 'ReprocessingItemsRejected':
      return event.data.items.map(({ recordingId }) => recordingId);
    default:
      return [];
  }
}

function evolve(
  row: ReprocessingItemView | undefined,
  event: Recorded<DomainEvent>,
  id: string,
): ReprocessingItemView | undefined {
  if (event.type === 'ReprocessingRequested' || event.type === 'ReprocessingExtended') {
    const { reprocessingId, recordingIds } = event.data;
    const index = recordingIds.findIndex((one) => itemId(reprocessingId, one) === id);
    return {
      ...{ id, reprocessingId, recordingId: recordingIds[index] ?? '' },
      place: `${event.position.toString()}${String(index).padStart(DIGITS_WITHIN_EVENT, '0')}`,
      ...{ status: 'waiting', verdict: 'open', result: null, code: null, costUsd: null },
      ...{ startedAt: null, endedAt: null },
    };
  }
  if (!row) return undefined;
  const { recordedAt } = event.metadata;
  switch (event.type) {
    case 'ReprocessingItemStarted':
      return { ...row, status: 'started', startedAt: recordedAt };
    case 'ReprocessingItemFinished': {
      const { result, costUsd } = event.data;
      return { ...row, status: 'finished', result, costUsd, endedAt: recordedAt };
    }
    case 'ReprocessingItemFailed': {
      const { code, costUsd } = event.data;
      return { ...row, status: 'failed', code, costUsd, endedAt: recordedAt };
    }
    case 'ReprocessingItemsAccepted':
      return { ...row, verdict: 'accepted' };
    case 'ReprocessingItemsRejected':
      return { ...row, verdict: 'rejected' };
    default:
      return row;
  }
}
