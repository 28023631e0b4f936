import { LaneFigures, readQueueFigures } from '@voxpersona/pipeline';
import { Pool } from 'pg';
import { Gauge, Registry } from 'prom-client';
import { OnDemand } from './on-demand';

const STATES = ['ready', 'running', 'parked'] as const satisfies readonly (keyof LaneFigures)[];

/** How much work waits, runs and was given up, lane by lane. */
export class JobMetrics implements OnDemand {
  private readonly jobs: Gauge<'lane' | 'state'>;
  private readonly overdue: Gauge<'lane'>;

  constructor(
    registry: Registry,
    private readonly pool: Pool,
  ) {
    this.jobs = new Gauge({
      name: 'voxpersona_jobs',
      help: 'Jobs that are not over, by lane and state.',
      labelNames: ['lane', 'state'],
      registers: [registry],
    });
    this.overdue = new Gauge({
      name: 'voxpersona_jobs_oldest_ready_seconds',
      help: 'For how long the job of a lane that waits longest has been due; 0 when none is.',
      labelNames: ['lane'],
      registers: [registry],
    });
  }

  async read(): Promise<void> {
    const lanes = Object.entries(await readQueueFigures(this.pool));
    this.forget();
    for (const [lane, figures] of lanes) {
      for (const state of STATES) this.jobs.set({ lane, state }, figures[state]);
      this.overdue.set({ lane }, figures.oldestReadySeconds);
    }
  }

  forget(): void {
    this.jobs.reset();
    this.overdue.reset();
  }
}
