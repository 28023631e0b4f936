import {
  AppendOutcomeUnknown,
  AppendResult,
  ClockAhead,
  EventStore,
  EventStoreUnavailable,
  EventToAppend,
  ExpectedRevision,
  Position,
  ReadAllOptions,
  ReadAllPage,
  ReadStreamOptions,
  StoredEvent,
  SubscribeOptions,
  SubscriptionItem,
  WrongExpectedRevision,
} from '@voxpersona/event-store';
import { Counter, Histogram, Registry } from 'prom-client';
import { LOCAL_SECONDS } from './buckets';

/**
 * `unknown`: the connection broke before the answer; `clock_ahead`: an event of a clock that is ahead, which is stamped again;
 * `refused`: an event the log does not take.
 */
type AppendOutcome = 'ok' | 'repeated' | 'conflict' | 'unavailable' | 'unknown' | 'clock_ahead' | 'refused';

/** An event store that counts its appends and tells how long they take. Everything else is handed through. */
export class MeasuredEventStore implements EventStore {
  private readonly duration: Histogram;
  private readonly appends: Counter<'outcome'>;
  private readonly events: Counter;

  constructor(
    private readonly store: EventStore,
    registry: Registry,
  ) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'voxpersona_append_duration_seconds',
      help: 'How long an append to the log took, whatever its outcome.',
      buckets: LOCAL_SECONDS,
      registers,
    });
    this.appends = new Counter({
      name: 'voxpersona_appends_total',
      help: 'Appends to the log by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.events = new Counter({
      name: 'voxpersona_events_appended_total',
      help: 'Events that were written to the log.',
      registers,
    });
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: ExpectedRevision,
  ): Promise<AppendResult> {
    const startedAt = performance.now();
    try {
      const result = await this.store.append(stream, events, expectedRevision);
      this.count(result.repeated ? 'repeated' : 'ok', startedAt);
      if (!result.repeated) this.events.inc(events.length);
      return result;
    } catch (error) {
      this.count(outcomeOf(error), startedAt);
      throw error;
    }
  }

  logId(): Promise<string> {
    return this.store.logId();
  }

  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent> {
    return this.store.readStream(stream, options);
  }

  readAll(options?: ReadAllOptions): Promise<ReadAllPage> {
    return this.store.readAll(options);
  }

  head(): Promise<Position> {
    return this.store.head();
  }

  subscribe(options?: SubscribeOptions): AsyncIterable<SubscriptionItem> {
    return this.store.subscribe(options);
  }

  check(): Promise<void> {
    return this.store.check();
  }

  private count(outcome: AppendOutcome, startedAt: number): void {
    this.duration.observe((performance.now() - startedAt) / 1_000);
    this.appends.inc({ outcome });
  }
}

function outcomeOf(error: unknown): AppendOutcome {
  if (error instanceof WrongExpectedRevision) return 'conflict';
  if (error instanceof EventStoreUnavailable) return 'unavailable';
  if (error instanceof AppendOutcomeUnknown) return 'unknown';
  if (error instanceof ClockAhead) return 'clock_ahead';
  return 'refused';
}
