import { Gauge, Registry } from 'prom-client';
import { OnDemand } from './on-demand';

/** How many vectors this process's indexes lack. */
export class VectorIndexMetrics implements OnDemand {
  private readonly missing: Gauge<'index'>;

  constructor(
    registry: Registry,
    private readonly missingVectors: () => { serving: number; building: number },
  ) {
    this.missing = new Gauge({
      name: 'voxpersona_vector_index_missing_vectors',
      help: 'Vectors that events name and that are missing from the index of this process: serving, or building.',
      labelNames: ['index'],
      registers: [registry],
    });
  }

  read(): Promise<void> {
    const { serving, building } = this.missingVectors();
    this.missing.set({ index: 'serving' }, serving);
    this.missing.set({ index: 'building' }, building);
    return Promise.resolve();
  }

  forget(): void {
    this.missing.reset();
  }
}
