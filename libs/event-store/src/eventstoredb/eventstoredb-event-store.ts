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
import { ForeignEvents } from './foreign-events';
import { LogHead } from './head';
import { readAll } from './read-all';
import { ReadBack } from './read-back';
import { readStream } from './read-stream';
import { subscribe } from './subscribe';

const CLOSE_PATIENCE_MS = 500;

/** The event log in EventStoreDB: for what outgrows one machine. */
export class EventStoreDbEventStore implements EventStore {
  private knownLogId: string | undefined;
  private readonly sent = new RecentAppends();
  private readonly unclear = new UnclearAppends();

  private readonly logHead: LogHead;
  private readonly back: ReadBack;
  /** Of other programs on the same node. */
  readonly foreignEvents: ForeignEvents;

  constructor(private readonly connection: EventStoreDbConnection) {
    this.logHead = new LogHead(connection);
    this.back = new ReadBack(connection);
    this.foreignEvents = new ForeignEvents(connection);
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
      append(this.connection, stream, events, expectedRevision, { wasSent, back: this.back }),
    );
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<StoredEvent> {
    return readStream(this.connection, stream, options);
  }

  readAll(options: ReadAllOptions = {}): Promise<ReadAllPage> {
    return readAll(this.connection, options);
  }

  head(): Promise<Position> {
    return this.logHead.read();
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    return subscribe(this.connection, this.logHead, options);
  }

  async check(): Promise<void> {
    await this.logHead.read();
  }

  /** Ends what is open. The client waits for streams that a dead node never ends: not for long. */
  async close(): Promise<void> {
    this.foreignEvents.stop();
    await Promise.race([
      this.connection.client.dispose(),
      sleep(CLOSE_PATIENCE_MS, undefined, { ref: false }),
    ]);
  }
}
