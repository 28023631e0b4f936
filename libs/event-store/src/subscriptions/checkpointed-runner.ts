import { Pool } from 'pg';
import { EventCodec, NewEvent, Recorded } from '../codec/event-codec';
import { EventStoreUnavailable } from '../port/errors';
import { EventStore, Position, START, StoredEvent } from '../port/event-store';
import { CheckpointedConsumer } from './checkpointed-consumer';
import { inTransaction, isDatabaseFailure } from '@voxpersona/platform';
import { CheckpointFenced, moveCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoints';

export type RunnerStatus =
  | { state: 'running'; position: Position; caughtUp: boolean }
  /** Waits for the database; goes on by itself. */
  | { state: 'waiting'; position: Position; reason: string }
  /** Cannot handle an event; goes on after a fixed build or data. */
  | { state: 'halted'; position: Position; reason: string; at: string }
  | { state: 'stopped'; position: Position };

export interface RunnerLog {
  warn(message: string): void;
  error(message: string): void;
}

/** Events that share one transaction when there are many to catch up with. */
const BATCH = 500;
const RETRY_MILLISECONDS = 1_000;

function describe(error: unknown): string {
  if (error instanceof ConsumerFailed) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** An event that the consumer could not handle. */
class ConsumerFailed extends Error {
  constructor(
    readonly event: StoredEvent,
    cause: unknown,
  ) {
    super(describe(cause), { cause });
  }
}

/**
 * Feeds one consumer from the log: reads from its checkpoint, applies events in batches, and moves the checkpoint in
 * the same transaction. The checkpoint moves by compare-and-set, so that of two runners only one ever counts.
 */
export class CheckpointedRunner<E extends NewEvent> {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private current: RunnerStatus = { state: 'stopped', position: START };

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec<E>,
    private readonly pool: Pool,
    private readonly consumer: CheckpointedConsumer<E>,
    private readonly log: RunnerLog,
  ) {}

  get name(): string {
    return this.consumer.name;
  }

  get status(): RunnerStatus {
    return this.current;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends after the batch that is being applied. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.current = { state: 'stopped', position: this.current.position };
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const from = await this.prepare();
        await this.follow(from);
      } catch (error) {
        if (this.isFinal(error)) return;
        await this.pause();
      }
    }
  }

  /** True when going on makes no sense; else the reason to wait is on show. */
  private isFinal(error: unknown): boolean {
    const { position } = this.current;
    const reason = describe(error);
    if (
      error instanceof CheckpointFenced ||
      error instanceof EventStoreUnavailable ||
      isDatabaseFailure(error)
    ) {
      this.current = { state: 'waiting', position, reason };
      this.log.warn(`${this.name} waits: ${reason}`);
      return false;
    }
    const at = error instanceof ConsumerFailed ? `${error.event.type} ${error.event.id}` : 'unknown';
    this.current = { state: 'halted', position, reason, at };
    this.log.error(`${this.name} halted at ${at}: ${reason}`);
    return true;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.stopping.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, RETRY_MILLISECONDS);
      this.stopping.signal.addEventListener('abort', done);
    });
  }

  /** Where to go on; resets the consumer when its version, or the log itself, is another one than before. */
  private async prepare(): Promise<Position> {
    const { name, version } = this.consumer;
    const logId = await this.store.logId();
    return inTransaction(this.pool, async (transaction) => {
      const checkpoint = await readCheckpoint(transaction, name);
      if (checkpoint?.version === version && checkpoint.logId === logId) return checkpoint.position;
      if (checkpoint) this.log.warn(`${name} is rebuilt from the start of the log`);
      await this.consumer.reset(transaction);
      await writeCheckpoint(transaction, name, { version, logId, position: START });
      return START;
    });
  }

  private async follow(from: Position): Promise<void> {
    let position = from;
    let batch: StoredEvent[] = [];
    this.current = { state: 'running', position, caughtUp: false };
    const flush = async (to: Position, caughtUp: boolean): Promise<void> => {
      if (to > position) await this.apply(batch, position, to);
      batch = [];
      position = to > position ? to : position;
      this.current = { state: 'running', position, caughtUp };
    };
    const { signal } = this.stopping;
    for await (const item of this.store.subscribe({ after: from, filter: this.consumer.filter, signal })) {
      if (item.kind === 'event') batch.push(item.event);
      else await flush(item.position, item.kind === 'caughtUp');
      const last = batch.at(-1);
      if (last && batch.length >= BATCH) await flush(last.position, false);
    }
  }

  private async apply(batch: readonly StoredEvent[], from: Position, to: Position): Promise<void> {
    try {
      await inTransaction(this.pool, async (transaction) => {
        const events = await this.decode(batch);
        if (events.length > 0) await this.consumer.apply(events, transaction);
        await moveCheckpoint(transaction, this.name, from, to);
      });
    } catch (error) {
      const first = batch[0];
      if (!first || error instanceof CheckpointFenced || isDatabaseFailure(error)) throw error;
      if (batch.length === 1) throw new ConsumerFailed(first, error);
      // One event of many is at fault: go up to it one by one, so that all before it are applied and it is named.
      await this.applyOneByOne(batch, from, to);
    }
  }

  private async applyOneByOne(batch: readonly StoredEvent[], from: Position, to: Position): Promise<void> {
    let position = from;
    for (const event of batch) {
      await this.apply([event], position, event.position);
      position = event.position;
      this.current = { state: 'running', position, caughtUp: false };
    }
    if (to > position) await this.apply([], position, to);
  }

  private async decode(batch: readonly StoredEvent[]): Promise<Recorded<E>[]> {
    const events: Recorded<E>[] = [];
    for (const stored of batch) {
      const decoded = await this.codec.decode(stored);
      if (decoded.known) events.push(decoded.event);
    }
    return events;
  }
}
