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
} from '../port/event-store';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecentAppends } from '../outcomes/recent-appends';
import { UnclearAppends } from '../outcomes/unclear-appends';
import { append } from './append';
import { EventStoreDbConnection } from './client';
import { identify } from './log-identity';
import { readAll, readHead } from './read-all';
import { readStream } from './read-stream';
import { subscribe } from './subscribe';

const CLOSE_PATIENCE_MS = 500;

/** The event log in EventStoreDB: for what outgrows one machine. */
export class EventStoreDbEventStore implements EventStore {
  private knownLogId: string | undefined;
  private readonly sent = new RecentAppends();
  private readonly unclear = new UnclearAppends();

  constructor(private readonly connection: EventStoreDbConnection) {}

  private get client(): EventStoreDbConnection['client'] {
    return this.connection.client;
  }

  async logId(): Promise<string> {
    this.knownLogId ??= await identify(this.connection);
    return this.knownLogId;
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: ExpectedRevision,
  ): Promise<AppendResult> {
    if (events.length === 0) throw new RangeError('An append has at least one event');
    const wasSent = this.sent.has(events);
    this.sent.add(events);
    return this.unclear.try(stream, events, () =>
      append(this.connection, stream, events, expectedRevision, wasSent),
    );
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<StoredEvent> {
    return readStream(this.client, stream, options);
  }

  readAll(options: ReadAllOptions = {}): Promise<ReadAllPage> {
    return readAll(this.client, options);
  }

  head(): Promise<Position> {
    return readHead(this.client);
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    return subscribe(this.client, options);
  }

  async check(): Promise<void> {
    await readHead(this.client);
  }

  /** Ends what is open. The client waits for streams that a dead node never ends: not for long. */
  async close(): Promise<void> {
    await Promise.race([this.client.dispose(), sleep(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
}
