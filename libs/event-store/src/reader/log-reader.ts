import { aborted, backoffDelayMs } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventCodec, NewEvent } from '../codec/event-codec';
import { isStoreTransient } from '../outcomes/store-transient';
import { EventFilter, EventStore, Position, START, StoredEvent, SubscribeOptions } from '../port/event-store';
import { LogEvent } from './log-event';
import { LogTail, passes, TailLimits, TailPage } from './log-tail';

/** What a subscription yields, in order; see `SubscriptionItem`. */
export type ReaderItem<E extends NewEvent> =
  | { kind: 'event'; event: LogEvent<E> }
  | { kind: 'checkpoint'; position: Position }
  | { kind: 'caughtUp'; position: Position };

export interface LogReaderOptions {
  limits?: TailLimits;
  /** Events after which plaintext of earlier ones is not kept: something was erased. */
  erasing?: EventFilter;
}

/** Enough for a minute of a busy installation; whoever is further behind reads the log itself. */
const LIMITS: TailLimits = { events: 5_000, bytes: 32 * 1024 * 1024 };
const PAGE = 500;

/**
 * Reads the log once for everything in this process: read models, sagas, streams, caches and whoever waits. One
 * subscription fills a bounded tail in memory; subscribers that keep up read that, and each event is decoded once.
 * A subscriber that is behind reads pages of the log by itself until it meets the tail.
 */
export class LogReader<E extends NewEvent> {
  private tail: LogTail<E> | undefined;
  private subscribers = 0;
  private filling: { end: AbortController; ready: Promise<void> } | undefined;
  private failure: Error | undefined;
  private waiting = new Set<() => void>();

  constructor(
    readonly store: EventStore,
    private readonly codec: EventCodec<E>,
    private readonly options: LogReaderOptions = {},
  ) {}

  /** Up to here this process has read the log; `START` while nobody subscribes. */
  get position(): Position {
    return this.tail?.head ?? START;
  }

  /** An event that was read past this reader. */
  event(stored: StoredEvent): LogEvent<E> {
    return new LogEvent(stored, this.codec);
  }

  /** The next events after a position, without waiting for more: of the tail where that holds them, else of the log. */
  async read(after: Position): Promise<TailPage<E>> {
    if (this.tail?.holds(after) && this.filling) return this.tail.page(after, undefined, PAGE);
    const page = await this.store.readAll({ after, limit: PAGE });
    return { ...page, events: page.events.map((stored) => this.event(stored)) };
  }

  /**
   * Catch-up subscription: what is there, then what comes, as `EventStore.subscribe`.
   *
   * @throws what keeps the log from being read; an outage of the store is waited for
   */
  async *subscribe(options: SubscribeOptions = {}): AsyncGenerator<ReaderItem<E>> {
    const { filter, signal } = options;
    const ended = (): boolean => signal?.aborted ?? false;
    this.subscribers += 1;
    try {
      await this.fill(signal);
      let position = options.after ?? START;
      let announced: Position | undefined;
      while (!ended()) {
        const page = await this.page(position, filter, signal);
        for (const event of page.events) {
          if (ended()) return;
          yield { kind: 'event', event };
        }
        position = page.position;
        if (!page.atEnd) {
          yield { kind: 'checkpoint', position };
        } else if (announced !== position) {
          announced = position;
          yield { kind: 'caughtUp', position };
        } else {
          await this.grown(position, signal);
        }
      }
    } finally {
      this.subscribers -= 1;
      if (this.subscribers === 0) this.stop();
    }
  }

  /** Starts to fill the tail unless that is under way. @returns once there is one, or the signal ended the wait */
  private async fill(signal: AbortSignal | undefined): Promise<void> {
    if (!this.filling) {
      const end = new AbortController();
      this.failure = undefined;
      this.filling = { end, ready: this.begin(end.signal) };
    }
    await (signal ? Promise.race([this.filling.ready, aborted(signal)]) : this.filling.ready);
  }

  private async begin(signal: AbortSignal): Promise<void> {
    const after = this.tail?.head ?? (await this.orFail(signal, () => this.store.head()));
    if (after === undefined || signal.aborted) return;
    this.tail ??= new LogTail(after, this.options.limits ?? LIMITS);
    void this.orFail(signal, () => this.follow(after, signal));
  }

  private async follow(after: Position, signal: AbortSignal): Promise<void> {
    const { erasing } = this.options;
    for await (const item of this.store.subscribe({ after, signal })) {
      const { tail } = this;
      if (signal.aborted || !tail) return;
      if (item.kind === 'event') {
        const event = this.event(item.event);
        tail.push(event);
        if (erasing && passes(erasing, item.event)) tail.forgetDecoded();
      } else {
        tail.reach(item.position);
      }
      this.wakeAll();
    }
  }

  /** Tells the subscribers why there is nothing to read any more; the next one tries anew. */
  private async orFail<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return undefined;
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.filling = undefined;
      this.wakeAll();
      return undefined;
    }
  }

  private async page(
    after: Position,
    filter: EventFilter | undefined,
    signal: AbortSignal | undefined,
  ): Promise<TailPage<E>> {
    for (let failures = 0; ;) {
      if (this.failure !== undefined) throw this.failure;
      if (this.tail?.holds(after)) return this.tail.page(after, filter, PAGE);
      if (signal?.aborted) return { events: [], position: after, atEnd: false };
      try {
        const page = await this.store.readAll({ after, limit: PAGE, ...(filter && { filter }) });
        const events = page.events.map((stored) => this.event(stored));
        // The end of the log is where the tail ends: whether it was reached is seen there.
        return { events, position: page.position, atEnd: false };
      } catch (error) {
        if (!isStoreTransient(error)) throw error;
        failures += 1;
        const delay = backoffDelayMs({ attempt: failures, baseMs: 100, maxMs: 5_000, random: Math.random });
        await sleep(delay, undefined, signal && { signal }).catch(() => undefined);
      }
    }
  }

  /** Resolves when the tail reaches further than `position`, fails, or the signal ends the wait. */
  private async grown(position: Position, signal: AbortSignal | undefined): Promise<void> {
    if (this.failure !== undefined || this.position > position || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  private wakeAll(): void {
    for (const wake of [...this.waiting]) wake();
  }

  private stop(): void {
    this.filling?.end.abort();
    this.filling = undefined;
    this.tail = undefined;
  }
}
