import { backoffDelayMs } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two tries while the database is away. Short: other processes refuse a key until a try succeeds. */
const RETRY = { baseMs: 50, maxMs: 500 } as const;

/** Does its work every so often, sooner when asked, and again and again after a failure until it succeeds. */
export class Upkeep {
  private readonly closing = new AbortController();
  private asked = new AbortController();
  private running: Promise<void> | undefined;

  /** @param everyMs milliseconds from one success to the next time */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Has the work done as soon as possible. After a failure the next try comes soon anyway. */
  soon(): void {
    this.asked.abort();
  }

  /** Ends it. Work that is under way is not waited for. */
  close(): void {
    this.closing.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let failures = 0;
    while (!signal.aborted) {
      this.asked = new AbortController();
      try {
        await this.work();
        failures = 0;
        await pause(this.everyMs, AbortSignal.any([signal, this.asked.signal]));
      } catch {
        failures += 1;
        await pause(backoffDelayMs({ attempt: failures, ...RETRY, random: Math.random }), signal);
      }
    }
  }
}

/** The wait alone keeps no process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
