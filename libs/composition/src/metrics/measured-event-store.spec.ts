import { parseExposition, sumOf } from '@test/metrics/exposition';
import {
  AppendOutcomeUnknown,
  ClockAhead,
  EventStore,
  EventStoreUnavailable,
  EventTooLarge,
  WrongExpectedRevision,
} from '@voxpersona/event-store';
import { Registry } from 'prom-client';
import { MeasuredEventStore } from './measured-event-store';

const event = { id: 'e', type: 'T', data: {}, metadata: {} };

describe('A measured event store', () => {
  const append = jest.fn();
  const head = jest.fn().mockResolvedValue(7n);
  const registry = new Registry();
  const store = new MeasuredEventStore({ append, head } as Partial<EventStore> as EventStore, registry);

  it('counts appends by outcome, and the events that were written', async () => {
    append.mockResolvedValueOnce({ revision: 1, position: 2n, repeated: false });
    append.mockResolvedValueOnce({ revision: 1, position: 2n, repeated: true });
    const result = await store.append('recording-1', [event, event], 'no_stream');
    expect(result).toEqual({ revision: 1, position: 2n, repeated: false });
    expect(append).toHaveBeenCalledWith('recording-1', [event, event], 'no_stream');
    await store.append('recording-1', [event, event], 'no_stream');
    for (const [error, outcome] of [
      [new WrongExpectedRevision('recording-1', 0, 1), 'conflict'],
      [new EventStoreUnavailable(new Error('gone')), 'unavailable'],
      [new AppendOutcomeUnknown('recording-1', new Error('cut')), 'unknown'],
      [new ClockAhead('recording-1', 120_000, 0, 60_000), 'clock_ahead'],
      [new EventTooLarge('recording-1', 'T', 2, 1), 'refused'],
    ] as const) {
      append.mockRejectedValueOnce(error);
      await expect(store.append('recording-1', [event], 0)).rejects.toBe(error);
      const samples = parseExposition(await registry.metrics());
      expect(sumOf(samples, 'voxpersona_appends_total', { outcome })).toBe(1);
    }
    const page = await registry.metrics();
    const samples = parseExposition(page);
    expect(sumOf(samples, 'voxpersona_appends_total', { outcome: 'ok' })).toBe(1);
    expect(sumOf(samples, 'voxpersona_appends_total', { outcome: 'repeated' })).toBe(1);
    expect(sumOf(samples, 'voxpersona_append_duration_seconds_count')).toBe(7);
    expect(sumOf(samples, 'voxpersona_events_appended_total')).toBe(2);
    expect(page).not.toContain('recording-1');
  });

  it('hands everything else through', async () => {
    expect(await store.head()).toBe(7n);
  });
});
