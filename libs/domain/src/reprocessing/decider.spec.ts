import { given } from '@test/domain/given';
import { OWNER, RECORDING } from '@test/domain/some';
import { deriveId } from '../shared/ids';
import { correlationOf, reprocessingOf } from './correlation';
import { MAX_REPROCESSED, ReprocessingCommand, reprocessingDecider, REPROCESSING_WINDOW } from './decider';
import { RECORDINGS_PER_EVENT, ReprocessingEvent, ReprocessingForecast, ReprocessingWork } from './events';

const reprocessingId = deriveId('batch', 1);
const ids = { reprocessingId, owner: OWNER };
const work: ReprocessingWork = { kind: 'retranscribe', language: 'ru' };
const forecast: ReprocessingForecast = {
  ...{ recordings: 6, audioSeconds: 60, costUsd: 0.5, recordingsOfUnknownPrice: 0 },
};
const recordings = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => deriveId('recording', index));
const [first, second, third, , fifth, sixth] = recordings(6) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

const request = (recordingIds: string[]): ReprocessingCommand => ({
  ...{ type: 'RequestReprocessing', ...ids, work, forecast, recordingIds },
});
const requested = (recordingIds = recordings(6)): ReprocessingEvent => ({
  type: 'ReprocessingRequested',
  data: { ...ids, work, forecast, total: recordingIds.length, recordingIds },
});
const started = (recordingId: string): ReprocessingEvent => ({
  type: 'ReprocessingItemStarted',
  data: { ...ids, recordingId, work },
});
const result = { kind: 'transcript' as const, transcriptVersion: 2 };
const finished = (recordingId: string): ReprocessingEvent => ({
  type: 'ReprocessingItemFinished',
  data: { ...ids, recordingId, result, costUsd: 0.1 },
});
const failed = (recordingId: string): ReprocessingEvent => ({
  type: 'ReprocessingItemFailed',
  data: { ...ids, recordingId, code: 'still_processing', costUsd: null },
});
const paused: ReprocessingEvent = { type: 'ReprocessingPaused', data: ids };
const resumed: ReprocessingEvent = { type: 'ReprocessingResumed', data: ids };
const cancelled: ReprocessingEvent = { type: 'ReprocessingCancelled', data: ids };
const over: ReprocessingEvent = { type: 'ReprocessingFinished', data: ids };

const finish = (recordingId: string): ReprocessingCommand => ({
  ...{ type: 'RecordItemResult', recordingId, result, costUsd: 0.1 },
});
const fail = (recordingId: string): ReprocessingCommand => ({
  ...{ type: 'RecordItemFailure', recordingId, code: 'still_processing', costUsd: null },
});
const ask = (
  type: 'PauseReprocessing' | 'ResumeReprocessing' | 'CancelReprocessing',
): ReprocessingCommand => ({ type, owner: OWNER });
const batch = (...events: ReprocessingEvent[]) => given(reprocessingDecider, events);
const begun = [requested(), ...recordings(4).map(started)];

describe('A batch', () => {
  it('begins with as many recordings as may be under way at once', () =>
    batch()
      .when(request(recordings(6)))
      .then(...begun));
  it('has each recording once', () =>
    batch()
      .when(request([first, first]))
      .then(requested([first]), started(first)));
  it('names many recordings in several events', () => {
    const many = recordings(2 * RECORDINGS_PER_EVENT + 1);
    batch()
      .when(request(many))
      .thenTypes(
        'ReprocessingRequested',
        ...['ReprocessingExtended', 'ReprocessingExtended'],
        ...Array.from({ length: REPROCESSING_WINDOW }, () => 'ReprocessingItemStarted'),
      );
  });
  it('is refused for nothing, for too much, and twice', () => {
    batch().when(request([])).thenRefused('nothing_chosen');
    batch()
      .when(request(recordings(MAX_REPROCESSED + 1)))
      .thenRefused('too_many_recordings');
    batch(...begun)
      .when(request([first]))
      .thenRefused('reprocessing_exists');
  });
  it('goes on as recordings end, whichever way', () => {
    batch(...begun)
      .when(finish(first))
      .then(finished(first), started(fifth));
    batch(...begun)
      .when(fail(third))
      .then(failed(third), started(fifth));
  });
  it('hears of an end once, and only of what it asked', () => {
    batch(...begun, finished(first), started(fifth))
      .when(finish(first))
      .thenNothing();
    batch(...begun, finished(first), started(fifth))
      .when(fail(first))
      .thenNothing();
    batch(...begun)
      .when(finish(sixth))
      .thenNothing();
    batch(...begun)
      .when(finish(RECORDING))
      .thenNothing();
  });
  it('is finished with its last recording', () =>
    batch(requested([first, second]), started(first), started(second), failed(first))
      .when(finish(second))
      .then(finished(second), over));
});

describe('Pausing', () => {
  it('begins nothing new', () => {
    batch(...begun)
      .when(ask('PauseReprocessing'))
      .then(paused);
    batch(...begun, paused)
      .when(finish(first))
      .then(finished(first));
    batch(...begun, paused)
      .when(ask('PauseReprocessing'))
      .thenNothing();
  });
  it('ends with as many as there is place for', () => {
    batch(...begun, paused, finished(first), finished(second))
      .when(ask('ResumeReprocessing'))
      .then(resumed, started(fifth), started(sixth));
    batch(...begun, paused)
      .when(ask('ResumeReprocessing'))
      .then(resumed);
    batch(...begun)
      .when(ask('ResumeReprocessing'))
      .thenNothing();
  });
  it('does not keep what is through from being finished', () =>
    batch(requested([first]), started(first), paused)
      .when(finish(first))
      .then(finished(first), over));
  it('is refused once it is over', () => {
    const done = batch(requested([first]), started(first), finished(first), over);
    done.when(ask('PauseReprocessing')).thenRefused('reprocessing_over');
    done.when(ask('ResumeReprocessing')).thenRefused('reprocessing_over');
    done.when(ask('CancelReprocessing')).thenRefused('reprocessing_over');
  });
});

it('Cancelling ends it; what is under way is still heard of', () => {
  batch(...begun)
    .when(ask('CancelReprocessing'))
    .then(cancelled);
  batch(...begun, cancelled)
    .when(ask('CancelReprocessing'))
    .thenNothing();
  batch(...begun, cancelled)
    .when(ask('ResumeReprocessing'))
    .thenRefused('reprocessing_over');
  batch(...begun, cancelled)
    .when(finish(first))
    .then(finished(first));
});

describe('A verdict', () => {
  const judge = (
    type: 'AcceptReprocessed' | 'RejectReprocessed',
    recordingId: string | null,
  ): ReprocessingCommand => ({ type, owner: OWNER, recordingId });
  const accepted = (...recordingIds: string[]): ReprocessingEvent => ({
    type: 'ReprocessingItemsAccepted',
    data: { ...ids, recordingIds },
  });
  const rejected = (...recordingIds: string[]): ReprocessingEvent => ({
    type: 'ReprocessingItemsRejected',
    data: { ...ids, items: recordingIds.map((recordingId) => ({ recordingId, result })) },
  });
  const some = [...begun, finished(first), finished(second), failed(third)];

  it('is on one recording, or on all that wait for one', () => {
    batch(...some)
      .when(judge('AcceptReprocessed', first))
      .then(accepted(first));
    batch(...some)
      .when(judge('RejectReprocessed', first))
      .then(rejected(first));
    batch(...some)
      .when(judge('AcceptReprocessed', null))
      .then(accepted(first, second));
    batch(...some, accepted(first))
      .when(judge('RejectReprocessed', null))
      .then(rejected(second));
  });
  it('stays', () => {
    batch(...some, rejected(first))
      .when(judge('RejectReprocessed', first))
      .thenNothing();
    batch(...some, rejected(first))
      .when(judge('AcceptReprocessed', first))
      .thenRefused('verdict_given');
    batch(...some, accepted(first))
      .when(judge('RejectReprocessed', first))
      .thenRefused('verdict_given');
  });
  it('needs a result', () => {
    batch(...some)
      .when(judge('AcceptReprocessed', third))
      .thenRefused('nothing_to_judge');
    batch(...some)
      .when(judge('AcceptReprocessed', sixth))
      .thenRefused('nothing_to_judge');
    batch(...some)
      .when(judge('AcceptReprocessed', RECORDING))
      .thenRefused('item_not_found');
    batch(...begun)
      .when(judge('RejectReprocessed', null))
      .thenRefused('nothing_to_judge');
    batch(...some, accepted(first, second))
      .when(judge('RejectReprocessed', null))
      .thenRefused('nothing_to_judge');
  });
});

it('A batch of another workspace is not there', () => {
  batch(...begun)
    .when({ type: 'PauseReprocessing', owner: RECORDING })
    .thenRefused('reprocessing_not_found');
  batch().when(ask('PauseReprocessing')).thenRefused('reprocessing_not_found');
});

it('What comes of a batch is told by its correlation', () => {
  expect(reprocessingOf(correlationOf(reprocessingId))).toBe(reprocessingId);
  for (const other of [reprocessingId, 'then', 'reprocessing-', 'reprocessing-x']) {
    expect(reprocessingOf(other)).toBeNull();
  }
});
