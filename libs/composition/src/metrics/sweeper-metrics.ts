import { Swept } from '@voxpersona/pipeline';
import { Counter, Registry } from 'prom-client';
import { OnDemand } from './on-demand';

/** What sweeps removed. The sweeper counts for itself; here it is shown. */
export class SweeperMetrics implements OnDemand {
  private readonly removed: Counter<'what'>;
  private readonly bytes: Counter;

  constructor(
    registry: Registry,
    private readonly totals: Readonly<Swept>,
  ) {
    this.removed = new Counter({
      name: 'voxpersona_swept_total',
      help: 'Objects that no event names, and unfinished uploads, that were removed.',
      labelNames: ['what'],
      registers: [registry],
    });
    this.bytes = new Counter({
      name: 'voxpersona_swept_bytes_total',
      help: 'Bytes of the objects that were removed.',
      registers: [registry],
    });
  }

  read(): Promise<void> {
    this.forget();
    this.removed.inc({ what: 'object' }, this.totals.objects);
    this.removed.inc({ what: 'upload' }, this.totals.uploads);
    this.bytes.inc(this.totals.bytes);
    return Promise.resolve();
  }

  forget(): void {
    this.removed.reset();
    this.bytes.reset();
  }
}
