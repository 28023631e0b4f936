import { accept, acceptNothing, Decider, Decision, refuse, Refusal } from '../shared/decider';
import {
  RECORDINGS_PER_EVENT,
  ReprocessingEvent,
  ReprocessingForecast,
  ReprocessingResult,
  ReprocessingWork,
} from './events';
import {
  evolveReprocessing,
  itemOf,
  PresentReprocessing,
  ReprocessingItem,
  ReprocessingState,
  ReprocessingVerdict,
} from './state';

/** Recordings of one batch at most. */
export const MAX_REPROCESSED = 10_000;
/** Recordings of a batch that are under way at once: what somebody uploads today must not wait for all of them. */
export const REPROCESSING_WINDOW = 4;

/** What can be asked of a batch. `owner` is the workspace of who asks: a batch of another one is not there. */
export type ReprocessingCommand =
  | {
      type: 'RequestReprocessing';
      reprocessingId: string;
      owner: string;
      work: ReprocessingWork;
      forecast: ReprocessingForecast;
      recordingIds: readonly string[];
    }
  | { type: 'PauseReprocessing' | 'ResumeReprocessing' | 'CancelReprocessing'; owner: string }
  /** `recordingId` null: all that is finished and nobody has judged yet. */
  | { type: 'AcceptReprocessed' | 'RejectReprocessed'; owner: string; recordingId: string | null }
  | { type: 'RecordItemResult'; recordingId: string; result: ReprocessingResult; costUsd: number | null }
  | { type: 'RecordItemFailure'; recordingId: string; code: string; costUsd: number | null };

export type ReprocessingRefusal = Refusal<
  | 'reprocessing_not_found'
  | 'reprocessing_exists'
  | 'nothing_chosen'
  | 'too_many_recordings'
  | 'reprocessing_over'
  | 'item_not_found'
  | 'nothing_to_judge'
  | 'verdict_given'
>;

type ReprocessingDecision = Decision<ReprocessingEvent, ReprocessingRefusal>;
type CommandOf<Type extends ReprocessingCommand['type']> = Extract<ReprocessingCommand, { type: Type }>;

/** The rules of one batch: which recordings are under way, and what is kept of what comes of them. */
export const reprocessingDecider: Decider<
  ReprocessingState,
  ReprocessingCommand,
  ReprocessingEvent,
  ReprocessingRefusal
> = {
  category: 'reprocessing',
  initial: { phase: 'absent' },
  decide: (state, command) => {
    if (command.type === 'RequestReprocessing') return request(state, command);
    const isAnothers = state.phase === 'absent' || ('owner' in command && command.owner !== state.owner);
    if (isAnothers) return refuse('reprocessing_not_found', 'There is no such batch.');
    return decidePresent(state, command);
  },
  evolve: evolveReprocessing,
};

function request(state: ReprocessingState, command: CommandOf<'RequestReprocessing'>): ReprocessingDecision {
  if (state.phase === 'present') return refuse('reprocessing_exists', 'This batch has begun already.');
  const { reprocessingId, owner, work, forecast } = command;
  const recordingIds = [...new Set(command.recordingIds)];
  const total = recordingIds.length;
  const [first, ...others] = pagesOf(recordingIds);
  if (!first)
    return refuse('nothing_chosen', 'The filter finds no recording. Try it with GET /v1/recordings.');
  if (total > MAX_REPROCESSED) {
    return refuse('too_many_recordings', `A batch has at most ${MAX_REPROCESSED} recordings.`);
  }
  const ids = { reprocessingId, owner };
  return withTurns(state, [
    { type: 'ReprocessingRequested', data: { ...ids, work, forecast, total, recordingIds: first } },
    ...others.map<ReprocessingEvent>((page) => ({
      type: 'ReprocessingExtended',
      data: { ...ids, recordingIds: page },
    })),
  ]);
}

function decidePresent(
  state: PresentReprocessing,
  command: Exclude<ReprocessingCommand, { type: 'RequestReprocessing' }>,
): ReprocessingDecision {
  const { reprocessingId, owner, status } = state;
  const ids = { reprocessingId, owner };
  switch (command.type) {
    case 'PauseReprocessing':
      if (isOver(state)) return refuseOver();
      return status === 'paused' ? acceptNothing() : accept({ type: 'ReprocessingPaused', data: ids });
    case 'ResumeReprocessing':
      if (isOver(state)) return refuseOver();
      if (status === 'running') return acceptNothing();
      return withTurns(state, [{ type: 'ReprocessingResumed', data: ids }]);
    case 'CancelReprocessing':
      if (status === 'cancelled') return acceptNothing();
      if (isOver(state)) return refuseOver();
      return accept({ type: 'ReprocessingCancelled', data: ids });
    case 'AcceptReprocessed':
      return judge(state, command.recordingId, 'accepted');
    case 'RejectReprocessed':
      return judge(state, command.recordingId, 'rejected');
    case 'RecordItemResult':
    case 'RecordItemFailure':
      return recordEnd(state, command);
  }
}

/** What ends is known once: a batch hears of it from several sides. */
function recordEnd(
  state: PresentReprocessing,
  command: CommandOf<'RecordItemResult' | 'RecordItemFailure'>,
): ReprocessingDecision {
  if (itemOf(state, command.recordingId)?.status !== 'started') return acceptNothing();
  const { reprocessingId, owner } = state;
  const { type, ...data } = command;
  const ids = { reprocessingId, owner };
  return withTurns(state, [
    'result' in data
      ? { type: 'ReprocessingItemFinished', data: { ...ids, ...data } }
      : { type: 'ReprocessingItemFailed', data: { ...ids, ...data } },
  ]);
}

/** These events, and what follows: whose turn it is now, or that all is through. */
function withTurns(state: ReprocessingState, events: ReprocessingEvent[]): ReprocessingDecision {
  const next = events.reduce(evolveReprocessing, state);
  if (next.phase === 'absent' || next.status === 'cancelled' || next.status === 'finished') {
    return accept(...events);
  }
  const { reprocessingId, owner, work, items, started, ended } = next;
  if (ended === items.length) {
    return accept(...events, { type: 'ReprocessingFinished', data: { reprocessingId, owner } });
  }
  const free = next.status === 'running' ? Math.max(0, REPROCESSING_WINDOW - (started - ended)) : 0;
  const turns = items.slice(started, started + free).map<ReprocessingEvent>(({ recordingId }) => ({
    type: 'ReprocessingItemStarted',
    data: { reprocessingId, owner, recordingId, work },
  }));
  return accept(...events, ...turns);
}

function judge(
  state: PresentReprocessing,
  recordingId: string | null,
  verdict: Exclude<ReprocessingVerdict, 'open'>,
): ReprocessingDecision {
  if (recordingId !== null) {
    const item = itemOf(state, recordingId);
    if (!item) return refuse('item_not_found', 'This recording is not in this batch.');
    if (item.verdict === verdict) return acceptNothing();
    if (item.verdict !== 'open') {
      return refuse('verdict_given', `What came of this recording was ${item.verdict} already.`);
    }
  }
  const judged = state.items.filter(
    (item): item is ReprocessingItem & { result: ReprocessingResult } =>
      item.result !== null && item.verdict === 'open' && [null, item.recordingId].includes(recordingId),
  );
  if (judged.length === 0) {
    return refuse('nothing_to_judge', 'There is no result here that waits for a verdict.');
  }
  const { reprocessingId, owner } = state;
  return accept(
    ...pagesOf(judged).map<ReprocessingEvent>((page) => {
      if (verdict === 'accepted') {
        const recordingIds = page.map((item) => item.recordingId);
        return { type: 'ReprocessingItemsAccepted', data: { reprocessingId, owner, recordingIds } };
      }
      const items = page.map((item) => ({ recordingId: item.recordingId, result: item.result }));
      return { type: 'ReprocessingItemsRejected', data: { reprocessingId, owner, items } };
    }),
  );
}

function isOver({ status }: PresentReprocessing): boolean {
  return status === 'finished' || status === 'cancelled';
}

function refuseOver(): ReprocessingDecision {
  return refuse('reprocessing_over', 'This batch is over.');
}

function pagesOf<T>(all: readonly T[]): T[][] {
  const pages = Math.ceil(all.length / RECORDINGS_PER_EVENT);
  return Array.from({ length: pages }, (_, page) =>
    all.slice(page * RECORDINGS_PER_EVENT, (page + 1) * RECORDINGS_PER_EVENT),
  );
}
