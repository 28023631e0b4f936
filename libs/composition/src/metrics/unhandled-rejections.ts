import { Counter, Registry } from 'prom-client';

/** Shows how many rejected promises nobody handled. They are counted from the start of the process, before metrics exist. */
export function measureUnhandledRejections(registry: Registry, count: () => number): void {
  new Counter({
    name: 'voxpersona_unhandled_rejections_total',
    help: 'Rejected promises that nothing handled. Each is a bug; the log has its stack.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(count());
    },
  });
}
