import { OWNER, RECORDING } from '@test/domain/some';
import { deriveId, DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { foldDocument } from '../runner/document-projection';
import { reprocessingItemsProjection } from './reprocessing-items.projection';
import { reprocessingsProjection, ReprocessingView, secondsLeftOf } from './reprocessings.projection';

const reprocessingId = deriveId('batch', 1);
const ids = { reprocessingId, owner: OWNER };
const work = { kind: 'retranscribe' as const, language: null };
const other = deriveId('recording', 2);
const forecast = { recordings: 2, audioSeconds: 60, costUsd: 1, recordingsOfUnknownPrice: 0 };
const result = { kind: 'transcript' as const, transcriptVersion: 2 };
const requested: DomainEvent = {
  type: 'ReprocessingRequested',
  data: { ...ids, work, forecast, total: 3, recordingIds: [RECORDING, other] },
};
const started: DomainEvent = {
  type: 'ReprocessingItemStarted',
  data: { ...ids, recordingId: RECORDING, work },
};
const finished = (costUsd: number | null): DomainEvent => ({
  type: 'ReprocessingItemFinished',
  data: { ...ids, recordingId: RECORDING, result, costUsd },
});
const failed: DomainEvent = {
  type: 'ReprocessingItemFailed',
  data: { ...ids, recordingId: other, code: 'erased', costUsd: 0 },
};
const paused: DomainEvent = { type: 'ReprocessingPaused', data: ids };
const resumed: DomainEvent = { type: 'ReprocessingResumed', data: ids };

/** Each event a number of seconds after noon. */
const recorded = (...events: [number, DomainEvent][]): Recorded<DomainEvent>[] =>
  events.map(([second, event], index) => {
    const recordedAt = new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString();
    const place = { stream: `reprocessing-${reprocessingId}`, position: BigInt(10 + index) };
    return { ...event, ...place, metadata: { recordedAt } } as Recorded<DomainEvent>;
  });
function batch(...events: [number, DomainEvent][]): ReprocessingView {
  const row = foldDocument(reprocessingsProjection, recorded([0, requested], ...events), reprocessingId);
  if (!row) throw new Error('There is no row');
  return row;
}

describe('A batch as it is read', () => {
  it('counts what is asked, through and judged', () => {
    const items = [{ recordingId: RECORDING, result }];
    const rejected: DomainEvent = { type: 'ReprocessingItemsRejected', data: { ...ids, items } };
    expect(batch([1, started], [2, finished(0.5)], [3, failed], [4, rejected])).toMatchObject({
      ...{ owner: OWNER, status: 'running', total: 3, asked: 1, finished: 1, failed: 1 },
      ...{ accepted: 0, rejected: 1, cost: { usd: 0.5, recordingsOfUnknownPrice: 0 } },
    });
    expect(batch([1, finished(null)]).cost).toEqual({ usd: 0, recordingsOfUnknownPrice: 1 });
  });
  it('knows how long is left by how long it ran, pauses left out', () => {
    expect(secondsLeftOf(batch())).toBeNull();
    expect(secondsLeftOf(batch([10, finished(0)]))).toBe(20);
    expect(secondsLeftOf(batch([4, paused], [100, resumed], [106, finished(0)]))).toBe(20);
    expect(secondsLeftOf(batch([4, finished(0)], [5, paused]))).toBe(8);
    expect(
      secondsLeftOf(batch([1, finished(0)], [2, { type: 'ReprocessingCancelled', data: ids }])),
    ).toBeNull();
    expect(secondsLeftOf(batch([1, { type: 'ReprocessingFinished', data: ids }]))).toBe(0);
  });
});

it('A recording of a batch as it is read', () => {
  const events = recorded(
    [0, requested],
    [1, started],
    [2, finished(0.5)],
    [3, failed],
    [4, { type: 'ReprocessingItemsAccepted', data: { ...ids, recordingIds: [RECORDING] } }],
  );
  const item = (recordingId: string) =>
    foldDocument(
      reprocessingItemsProjection,
      events,
      deriveId('reprocessing-item', reprocessingId, recordingId),
    );
  expect(item(RECORDING)).toMatchObject({
    ...{ reprocessingId, recordingId: RECORDING, status: 'finished', verdict: 'accepted', result },
    ...{ costUsd: 0.5, code: null, place: '10000', endedAt: '2026-11-24T12:00:02.000Z' },
  });
  expect(item(other)).toMatchObject({ status: 'failed', code: 'erased', place: '10001', result: null });
});
