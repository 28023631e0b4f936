import {
  AppendResult,
  EventStore,
  EventToAppend,
  ExpectedRevision,
  Position,
  ReadAllOptions,
  ReadAllPage,
  ReadStreamOptions,
  StoredEvent,
  SubscribeOptions,
  SubscriptionItem,
} from '@voxpersona/event-store';

/**
 * An event store that is used only after it was found to be the right one. A store that cannot be reached cannot be looked
 * at: then every use tries again.
 */
export class BoundEventStore implements EventStore {
  private binding: Promise<void> | undefined;

  /** @param bind rejects when the store cannot be reached, or is not the right one */
  constructor(
    private readonly store: EventStore,
    private readonly bind: (logId: string) => Promise<void>,
  ) {}

  async logId(): Promise<string> {
    await this.bound();
    return this.store.logId();
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: ExpectedRevision,
  ): Promise<AppendResult> {
    await this.bound();
    return this.store.append(stream, events, expectedRevision);
  }

  async *readStream(stream: string, options?: ReadStreamOptions): AsyncGenerator<StoredEvent> {
    await this.bound();
    yield* this.store.readStream(stream, options);
  }

  async readAll(options?: ReadAllOptions): Promise<ReadAllPage> {
    await this.bound();
    return this.store.readAll(options);
  }

  async head(): Promise<Position> {
    await this.bound();
    return this.store.head();
  }

  async *subscribe(options?: SubscribeOptions): AsyncGenerator<SubscriptionItem> {
    await this.bound();
    yield* this.store.subscribe(options);
  }

  async check(): Promise<void> {
    await this.bound();
    await this.store.check();
  }

  private bound(): Promise<void> {
    this.binding ??= this.store
      .logId()
      .then((logId) => this.bind(logId))
      .catch((error: unknown) => {
        this.binding = undefined;
        throw error;
      });
    return this.binding;
  }
}
