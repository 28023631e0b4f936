import { PostgresListener, withPatience } from '@voxpersona/platform';
import { Pool } from 'pg';
import { EventStoreUnavailable, EventTooLarge } from '../port/errors';
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
import { UnclearAppends } from '../outcomes/unclear-appends';
import { serialise } from './append-batch';
import { openAppendPool } from './append-pool';
import { GroupCommit } from './group-commit';
import { orUnavailable, readAll, readHead, readStream } from './read';
import { subscribe } from './subscribe';

export interface PostgresEventStoreOptions {
  /**
   * Largest event in bytes of JSON, data and metadata together. The default of 16 MiB holds the sealed transcript of
   * several days of speech.
   */
  maxEventBytes?: number;
  /** Connections to append on; default one of its own to the same database, see `openAppendPool`. */
  appendPool?: Pool;
}

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;
/** An append that waits longer for its answer shows that the log cannot be written, even if it can be read. */
const MAX_WAIT_MS = 10_000;
const CLOSE_MS = 500;

/** The event log in a PostgreSQL table: the embedded default. Expects EVENT_LOG_MIGRATIONS to be applied. */
export class PostgresEventStore implements EventStore {
  private readonly appendPool: Pool;
  private readonly groupCommit: GroupCommit;
  private readonly unclear = new UnclearAppends();
  private readonly maxEventBytes: number;
  private knownLogId: string | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly listener: PostgresListener,
    options: PostgresEventStoreOptions = {},
  ) {
    this.appendPool = options.appendPool ?? openAppendPool(pool);
    this.groupCommit = new GroupCommit(this.appendPool);
    this.maxEventBytes = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES;
  }

  async logId(): Promise<string> {
    if (this.knownLogId) return this.knownLogId;
    const { rows } = await orUnavailable(() =>
      this.pool.query<{ log_id: string }>('SELECT log_id FROM log_identity'),
    );
    const row = rows[0];
    if (!row) throw new Error('The log has no identity: the table log_identity is empty');
    this.knownLogId = row.log_id;
    return row.log_id;
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: ExpectedRevision,
  ): Promise<AppendResult> {
    if (events.length === 0) throw new RangeError('An append has at least one event');
    const append = serialise(stream, events, expectedRevision);
    for (const { type, bytes } of append.events) {
      if (bytes > this.maxEventBytes) throw new EventTooLarge(stream, type, bytes, this.maxEventBytes);
    }
    return this.unclear.try(stream, events, () => this.groupCommit.append(append));
  }

  readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<StoredEvent> {
    return readStream(this.pool, stream, options);
  }

  readAll(options: ReadAllOptions = {}): Promise<ReadAllPage> {
    return readAll(this.pool, options);
  }

  head(): Promise<Position> {
    return readHead(this.pool);
  }

  subscribe(options: SubscribeOptions = {}): AsyncIterable<SubscriptionItem> {
    return subscribe((page) => this.readAll(page), this.listener, options);
  }

  async check(): Promise<void> {
    const waitMs = this.oldestWaitMs;
    if (waitMs > MAX_WAIT_MS) {
      const seconds = Math.floor(waitMs / 1_000);
      throw new EventStoreUnavailable(undefined, `An append has been waiting for ${seconds} s`);
    }
    await orUnavailable(() => this.pool.query('SELECT 1'));
  }

  /** Milliseconds for which the oldest append of this process has been waiting for its answer; 0 for none. */
  get oldestWaitMs(): number {
    return this.groupCommit.oldestWaitMs;
  }

  /** Ends its own connection; not the pool that it was given. An append that is never answered is not waited for. */
  async close(): Promise<void> {
    await withPatience(this.appendPool.end(), CLOSE_MS);
  }

  /** Batches in which appends were committed: fewer than appends when writers shared them. */
  get committedBatches(): number {
    return this.groupCommit.committedBatches;
  }
}
