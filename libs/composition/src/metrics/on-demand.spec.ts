import { parseExposition, samplesOf, sumOf } from '@test/metrics/exposition';
import { FollowerStatus, toPosition } from '@voxpersona/event-store';
import { Registry } from 'prom-client';
import { FollowerMetrics } from './follower-metrics';
import { readOnDemand } from './on-demand';

describe('Figures that are read on demand', () => {
  const registry = new Registry();
  const head = jest.fn();
  const status: FollowerStatus = { state: 'halted', position: toPosition('4'), reason: 'cannot', at: 'T e' };
  const followers = new FollowerMetrics(registry, { head }, () => [
    { kind: 'saga', name: 's', status: { state: 'running', position: toPosition('10'), caughtUp: true } },
    { kind: 'projection', name: 'p', status },
  ]);

  async function read() {
    await readOnDemand([followers], 50);
    return parseExposition(await registry.metrics());
  }

  it('tell how far behind the log a follower is, and that it halted', async () => {
    // A follower may be asked just after it has moved on.
    head.mockResolvedValueOnce(9n);
    const samples = await read();
    expect(sumOf(samples, 'voxpersona_follower_lag_events', { kind: 'projection', name: 'p' })).toBe(5);
    expect(samplesOf(samples, 'voxpersona_follower_lag_events', { name: 's' })[0]?.value).toBe(0);
    expect(sumOf(samples, 'voxpersona_follower_state', { name: 'p', state: 'halted' })).toBe(1);
    expect(sumOf(samples, 'voxpersona_follower_state', { name: 'p', state: 'running' })).toBe(0);
    expect(sumOf(samples, 'voxpersona_follower_state')).toBe(2);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('no database'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('are left out while the database %s, and nothing else is', async (_how, answer) => {
    head.mockImplementationOnce(answer);
    const samples = await read();
    expect(samplesOf(samples, 'voxpersona_follower_lag_events')).toEqual([]);
    expect(sumOf(samples, 'voxpersona_follower_state')).toBe(2);
  });
});
