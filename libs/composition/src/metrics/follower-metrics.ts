import { EventStore, FollowerStatus } from '@voxpersona/event-store';
import { Gauge, Registry } from 'prom-client';
import { OnDemand } from './on-demand';

/** Something that follows the log. Its name comes from the code and the configuration. */
export interface Follower {
  kind: 'saga' | 'projection';
  name: string;
  status: FollowerStatus;
}

const STATES: readonly FollowerStatus['state'][] = ['running', 'standby', 'waiting', 'halted', 'stopped'];

/** How far sagas and projections are behind the head of the log, and whether they run. */
export class FollowerMetrics implements OnDemand {
  private readonly lag: Gauge<'kind' | 'name'>;
  private readonly state: Gauge<'kind' | 'name' | 'state'>;

  constructor(
    registry: Registry,
    private readonly store: Pick<EventStore, 'head'>,
    private readonly followers: () => readonly Follower[],
  ) {
    this.lag = new Gauge({
      name: 'voxpersona_follower_lag_events',
      help: 'Positions of the log that a saga or projection has not looked at yet.',
      labelNames: ['kind', 'name'],
      registers: [registry],
    });
    this.state = new Gauge({
      name: 'voxpersona_follower_state',
      help: '1 for the state that a saga or projection is in: running, standby, waiting, halted or stopped.',
      labelNames: ['kind', 'name', 'state'],
      registers: [registry],
    });
  }

  async read(): Promise<void> {
    // Known without the database, which may be what they wait for.
    this.state.reset();
    for (const { kind, name, status } of this.followers()) {
      for (const state of STATES) this.state.set({ kind, name, state }, state === status.state ? 1 : 0);
    }
    const head = await this.store.head();
    this.lag.reset();
    for (const { kind, name, status } of this.followers()) {
      // What another process runs, that one tells.
      if (status.state === 'standby') continue;
      const behind = head - status.position;
      this.lag.set({ kind, name }, behind > 0n ? Number(behind) : 0);
    }
  }

  forget(): void {
    this.lag.reset();
  }
}
