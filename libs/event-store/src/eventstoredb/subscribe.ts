import { AllStreamSubscription, eventTypeFilter, ResolvedEvent, START as BEGIN } from '@eventstore/db-client';
import { backoffDelayMs } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreUnavailable } from '../port/errors';
import { START, SubscribeOptions, SubscriptionItem } from '../port/event-store';
import { EventStoreDbConnection } from './client';
import { readFailure } from './failures';
import { LogHead } from './head';
import { matches, toLogPosition } from './own-events';

/** Events that a filter leaves out before the subscriber is told how far the log was looked at. */
const CHECKPOINT_EVERY = 256;

/** What the node said beside events, and after how many of them. */
interface Mark {
  after: number;
  kind: 'caughtUp' | 'fellBehind';
}

/**
 * Catch-up subscription to the whole log, filtered by the node. After any drop it begins again behind the last position
 * that was yielded: no gap, no double.
 */
export async function* subscribe(
  eventStore: EventStoreDbConnection,
  head: LogHead,
  options: SubscribeOptions,
): AsyncGenerator<SubscriptionItem> {
  const { signal } = options;
  let position = options.after ?? START;
  let failures = 0;
  const ended = (): boolean => signal?.aborted ?? false;
  while (!ended()) {
    try {
      for await (const item of connection(eventStore, head, { ...options, after: position })) {
        failures = 0;
        yield item;
        position = item.kind === 'event' ? item.event.position : item.position;
      }
      if (ended()) return;
      throw new EventStoreUnavailable(new Error('The subscription ended'));
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      failures += 1;
      const delay = backoffDelayMs({ attempt: failures, baseMs: 100, maxMs: 5_000, random: Math.random });
      await sleep(delay, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  }
}

/**
 * One connection's worth of items. Positions that it gives out are those of events of ours: the node says how far it has come
 * in the log, but what stands there may be removed.
 *
 * @throws EventStoreUnavailable when it breaks
 */
async function* connection(
  eventStore: EventStoreDbConnection,
  head: LogHead,
  { after = START, filter, signal }: SubscribeOptions,
): AsyncGenerator<SubscriptionItem> {
  // Before the subscription: when the node says that it has caught up, this has certainly been passed.
  const headBefore = await head.read();
  const buffer = new Buffered(eventStore);
  const subscription = eventStore.client.subscribeToAll({
    fromPosition: after === START ? BEGIN : toLogPosition(after),
    // A filter of ours there would hide how far the log has come: the subscriber may wait for an event that it leaves out.
    filter: eventTypeFilter({ regex: '^[^$]' }),
  });
  buffer.attach(subscription, signal);
  let position = after;
  let isLive = false;
  let passedOver = 0;
  try {
    for (let next = await buffer.next(); next !== undefined; next = await buffer.next()) {
      if (!('kind' in next)) {
        const event = eventStore.own.find(next);
        if (!event) continue;
        ({ position } = event);
        const isWanted = matches(event, filter);
        passedOver = isWanted ? 0 : passedOver + 1;
        if (isWanted) yield { kind: 'event', event };
        if (isLive && buffer.isEmpty) yield { kind: 'caughtUp', position };
        else if (passedOver % CHECKPOINT_EVERY === CHECKPOINT_EVERY - 1)
          yield { kind: 'checkpoint', position };
      } else if (next.kind === 'caughtUp') {
        isLive = true;
        if (headBefore > position) position = headBefore;
        yield { kind: 'caughtUp', position };
      } else {
        isLive = false;
      }
    }
  } finally {
    await subscription.unsubscribe().catch(() => undefined);
  }
}

/**
 * Puts what the client says beside events (caught up, fell behind) back into its place among them: it says so when the
 * message arrives, while events that came before may still wait in its buffer.
 */
class Buffered {
  private readonly marks: Mark[] = [];
  private taken = 0;
  private failure: Error | undefined;
  private isOver = false;
  private wake: (() => void) | undefined;
  private subscription: AllStreamSubscription | undefined;

  constructor(private readonly eventStore: EventStoreDbConnection) {}

  attach(subscription: AllStreamSubscription, signal: AbortSignal | undefined): void {
    this.subscription = subscription;
    const over = (failure?: unknown): void => {
      this.isOver = true;
      if (failure !== undefined) this.failure = readFailure(failure, this.eventStore, '$all');
      this.wake?.();
    };
    subscription.on('confirmation', () => (this.eventStore.hasAnswered = true));
    subscription.on('readable', () => this.wake?.());
    subscription.on('caughtUp' as 'confirmation', () => this.mark('caughtUp'));
    subscription.on('fellBehind' as 'confirmation', () => this.mark('fellBehind'));
    subscription.on('error', over);
    subscription.on('end', () => over());
    subscription.on('close', () => over());
    signal?.addEventListener('abort', () => over(), { once: true });
    if (signal?.aborted) over();
  }

  private mark(kind: Mark['kind']): void {
    const after = this.taken + (this.subscription?.readableLength ?? 0);
    this.marks.push({ after, kind });
    this.wake?.();
  }

  get isEmpty(): boolean {
    return (this.subscription?.readableLength ?? 0) === 0 && this.marks.length === 0;
  }

  /** Undefined once it is over. @throws EventStoreUnavailable when the connection broke */
  async next(): Promise<ResolvedEvent | Mark | undefined> {
    for (;;) {
      const [mark] = this.marks;
      if (mark && mark.after <= this.taken) return this.marks.shift();
      const resolved = this.subscription?.read() as ResolvedEvent | null | undefined;
      if (resolved) {
        this.taken += 1;
        return resolved;
      }
      if (this.failure) throw this.failure;
      if (this.isOver) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }
}
