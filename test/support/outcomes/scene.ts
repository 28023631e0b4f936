import { setTimeout as sleep } from 'node:timers/promises';
import { TestServer } from '../server/test-server';
import { Outage } from '../staged-outage';
import { EventType, FaultyWorld, LoggedEvent } from './outcome-world';
import { Sender } from './sender';
import { ServerWatch } from './server-watch';

const BEGIN_MS = 90_000;

/** A world with its clients. */
export class Scene<Fault> {
  readonly watch: ServerWatch;
  readonly sender: Sender;

  constructor(readonly world: FaultyWorld<Fault>) {
    this.watch = new ServerWatch(this.server);
    this.sender = new Sender(this.server, this.watch);
  }

  get server(): TestServer {
    return this.world.fakes.server;
  }

  /**
   * Runs `work` with the fault armed for the next append of this type, and waits for the end of the outage.
   *
   * @returns the result of `work`, and the time (`Date.now()`) of the store's return
   */
  async during<T>(
    type: EventType,
    fault: Fault,
    work: () => Promise<T>,
  ): Promise<{ result: T; backAt: number }> {
    const outage = this.world.breakAt(type, fault);
    const backAt = outage.over.then(() => Date.now());
    try {
      const result = await work();
      await begun(outage, type);
      return { result, backAt: await backAt };
    } finally {
      // Also after a failure: the next test needs a store that answers.
      if (outage.hasBegun) await backAt;
    }
  }

  /** Waits for an event in the log. @throws Error when it does not come in time */
  async logged(isIt: (event: LoggedEvent) => boolean, patienceMs = 120_000): Promise<LoggedEvent> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = (await this.world.log()).find(isIt);
      if (found) return found;
      if (Date.now() > deadline) throw new Error('The event was not logged in time');
      await sleep(100);
    }
  }
}

async function begun({ begun: hit }: Outage, type: string): Promise<void> {
  const timer = new AbortController();
  const late = sleep(BEGIN_MS, 'late' as const, { signal: timer.signal });
  late.catch(() => undefined);
  if ((await Promise.race([hit, late])) === 'late') throw new Error(`No append of ${type} was hit`);
  timer.abort();
}
