import { ReprocessingEvent, ReprocessingResult, ReprocessingWork } from './events';

/**
 * - `running`   asks one recording after the other
 * - `paused`    begins nothing new
 * - `cancelled` begins nothing new any more
 * - `finished`  every recording is through
 */
export type ReprocessingStatus = 'running' | 'paused' | 'cancelled' | 'finished';

/** What somebody said of a result; `open`: nothing yet, it is used like every new one. */
export type ReprocessingVerdict = 'open' | 'accepted' | 'rejected';

export interface ReprocessingItem {
  recordingId: string;
  status: 'waiting' | 'started' | 'finished' | 'failed';
  /** Null unless `status` is `finished`. */
  result: ReprocessingResult | null;
  verdict: ReprocessingVerdict;
}

export interface PresentReprocessing {
  phase: 'present';
  reprocessingId: string;
  owner: string;
  work: ReprocessingWork;
  status: ReprocessingStatus;
  /** In the order in which they are asked. */
  items: readonly ReprocessingItem[];
  /** Where in `items` a recording stands. */
  places: ReadonlyMap<string, number>;
  /** The first so many were started. */
  started: number;
  /** So many of the started ones are finished or failed. */
  ended: number;
}

export type ReprocessingState = { phase: 'absent' } | PresentReprocessing;

export function itemOf(
  { items, places }: PresentReprocessing,
  recordingId: string,
): ReprocessingItem | undefined {
  const place = places.get(recordingId);
  return place === undefined ? undefined : items[place];
}

export function evolveReprocessing(state: ReprocessingState, event: ReprocessingEvent): ReprocessingState {
  if (event.type === 'ReprocessingRequested') {
    const { reprocessingId, owner, work, recordingIds } = event.data;
    const empty: PresentReprocessing = {
      ...{ phase: 'present', reprocessingId, owner, work, status: 'running' },
      ...{ items: [], places: new Map(), started: 0, ended: 0 },
    };
    return withMore(empty, recordingIds);
  }
  return state.phase === 'present' ? evolvePresent(state, event) : state;
}

function evolvePresent(
  state: PresentReprocessing,
  event: Exclude<ReprocessingEvent, { type: 'ReprocessingRequested' }>,
): PresentReprocessing {
  switch (event.type) {
    case 'ReprocessingExtended':
      return withMore(state, event.data.recordingIds);
    case 'ReprocessingItemStarted':
      return {
        ...withItem(state, event.data.recordingId, { status: 'started' }),
        started: state.started + 1,
      };
    case 'ReprocessingItemFinished': {
      const { recordingId, result } = event.data;
      return { ...withItem(state, recordingId, { status: 'finished', result }), ended: state.ended + 1 };
    }
    case 'ReprocessingItemFailed':
      return { ...withItem(state, event.data.recordingId, { status: 'failed' }), ended: state.ended + 1 };
    case 'ReprocessingPaused':
      return { ...state, status: 'paused' };
    case 'ReprocessingResumed':
      return { ...state, status: 'running' };
    case 'ReprocessingCancelled':
      return { ...state, status: 'cancelled' };
    case 'ReprocessingFinished':
      return { ...state, status: 'finished' };
    case 'ReprocessingItemsAccepted':
      return withVerdict(state, event.data.recordingIds, 'accepted');
    case 'ReprocessingItemsRejected': {
      const rejected = event.data.items.map(({ recordingId }) => recordingId);
      return withVerdict(state, rejected, 'rejected');
    }
  }
}

function withMore(state: PresentReprocessing, recordingIds: readonly string[]): PresentReprocessing {
  const more = recordingIds.map<ReprocessingItem>((recordingId) => ({
    ...{ recordingId, status: 'waiting', result: null, verdict: 'open' },
  }));
  const items = [...state.items, ...more];
  return { ...state, items, places: new Map(items.map(({ recordingId }, index) => [recordingId, index])) };
}

function withItem(
  state: PresentReprocessing,
  recordingId: string,
  change: Partial<ReprocessingItem>,
): PresentReprocessing {
  const place = state.places.get(recordingId);
  const item = itemOf(state, recordingId);
  if (place === undefined || !item) return state;
  // Copied as a whole, not mapped: a batch has thousands of recordings, and each several events.
  const items = [...state.items];
  items[place] = { ...item, ...change };
  return { ...state, items };
}

function withVerdict(
  state: PresentReprocessing,
  recordingIds: readonly string[],
  verdict: ReprocessingVerdict,
): PresentReprocessing {
  const judged = new Set(recordingIds);
  const items = state.items.map((item) => (judged.has(item.recordingId) ? { ...item, verdict } : item));
  return { ...state, items };
}
