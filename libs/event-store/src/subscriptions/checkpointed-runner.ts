import { inTransaction } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { NewEvent, Recorded } from '../codec/event-codec';
import { Position, START, StoredEvent } from '../port/event-store';
import { LogEvent } from '../reader/log-event';
import { LogReader, ReaderItem } from '../reader/log-reader';
import { CheckpointedConsumer } from './checkpointed-consumer';
import {
  CheckpointAhead,
  moveCheckpoint,
  readCheckpoint,
  takeForBuild,
  writeCheckpoint,
} from './checkpoints';
import { lazyCheckpointsOf } from './lazy-checkpoints';
import { Leadership } from './leadership';
import {
  EventNotHandled,
  EventTypeUnknown,
  FollowerLog,
  isPassing,
  LogFollower,
  UNKNOWN_TYPE,
} from './log-follower';

/** Events that share one transaction when there are many to catch up with. */
const BATCH = 500;
/** Events that the consumer ignores move its checkpoint at most so often, and when it stops. */
const IGNORED_MS = 1_000;
/** A process of a newer build that lost its connection is back after these looks. */
const NEWER_BUILD_LOOKS = 5;
const NEWER_BUILD_MILLISECONDS = 1_000;

/**
 * Feeds one consumer from the log: reads from its checkpoint, applies events in batches, and moves the checkpoint in
 * the same transaction. Of all processes one does so at a time; and the checkpoint moves by compare-and-set, so that of two
 * runners only one ever counts.
 */
export class CheckpointedRunner<E extends NewEvent> extends LogFollower {
  constructor(
    private readonly reader: LogReader<E>,
    private readonly pool: Pool,
    private readonly consumer: CheckpointedConsumer<E>,
    private readonly leadership: Leadership,
    log: FollowerLog,
    private readonly ignoredMs = IGNORED_MS,
  ) {
    super(consumer.name, log);
  }

  /** Stands by until it is this process's turn, then applies what comes until the turn is lost. */
  protected async follow(signal: AbortSignal): Promise<void> {
    this.standBy();
    const turn = await this.leadership.lead(this.name, this.consumer.version, signal);
    if (!turn) return;
    try {
      const ended = AbortSignal.any([signal, turn.lost]);
      if (await this.isLeftToNewerBuild(ended)) return;
      await this.lead(ended);
    } finally {
      await turn.end();
    }
  }

  private async lead(signal: AbortSignal): Promise<void> {
    let position = await this.prepare();
    this.reached(position, false);
    let batch: LogEvent<E>[] = [];
    /** Looked at, and nothing in it for this consumer: not yet in the checkpoint. */
    let ignoredTo = position;
    let ignoredSince = performance.now();
    const flush = async (to: Position): Promise<void> => {
      if (to > position) await this.apply(batch, position, to);
      batch = [];
      position = ignoredTo = to > position ? to : position;
      ignoredSince = performance.now();
    };
    const take = async (item: ReaderItem<E>): Promise<void> => {
      if (item.kind === 'event') {
        batch.push(item.event);
        if (batch.length >= BATCH) await flush(item.event.stored.position);
      } else if (!(await this.ignoresAll(batch)) || performance.now() - ignoredSince >= this.ignoredMs) {
        await flush(item.position);
      } else if (item.position > ignoredTo) {
        batch = [];
        ignoredTo = item.position;
      }
      this.reached(ignoredTo, item.kind === 'caughtUp');
    };
    const ending = new AbortController();
    const both = AbortSignal.any([signal, ending.signal]);
    const items = this.reader.subscribe({ after: position, filter: this.consumer.filter, signal: both });
    try {
      for (let next = items.next(); ;) {
        // With events in hand, the item that ends their page is on its way.
        const isDue = batch.length === 0 && ignoredTo > position;
        const patience = isDue ? this.ignoredMs - (performance.now() - ignoredSince) : null;
        const item = await orLater(next, patience);
        if (item === 'later') {
          await flush(ignoredTo);
          continue;
        }
        if (item.done) break;
        await take(item.value);
        next = items.next();
      }
    } finally {
      ending.abort();
      await items.return(undefined).catch(() => undefined);
      // What was not written down is looked at again.
      if (ignoredTo > position && batch.length === 0) await flush(ignoredTo).catch(() => undefined);
    }
  }

  /**
   * While a deploy rolls, processes of two builds live side by side. The older one must not throw away what the newer one
   * built; where no newer one is left, as after going back, it builds its own. A newer one that cannot be seen may just
   * have lost its connection, as this one did: it is looked for for a while.
   */
  private async isLeftToNewerBuild(signal: AbortSignal): Promise<boolean> {
    const checkpoint = await readCheckpoint(this.pool, this.name);
    if (!checkpoint || checkpoint.version <= this.consumer.version) return false;
    for (let looks = 0; looks < NEWER_BUILD_LOOKS && !signal.aborted; looks += 1) {
      if (await this.leadership.isRun(this.name, checkpoint.version)) return true;
      await sleep(NEWER_BUILD_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    return signal.aborted;
  }

  /** Where to go on; resets the consumer when its version, or the log itself, is another one than before. */
  private async prepare(): Promise<Position> {
    const { name, version } = this.consumer;
    const logId = await this.reader.store.logId();
    const head = await this.reader.store.head();
    return inTransaction(this.pool, async (transaction) => {
      const checkpoint = await readCheckpoint(transaction, name);
      if (checkpoint?.version === version && checkpoint.logId === logId) {
        // Read on from there, what comes next would be passed over.
        if (checkpoint.position > head) throw new CheckpointAhead(name, checkpoint.position, head);
        await takeForBuild(transaction, name, this.leadership.build);
        return checkpoint.position;
      }
      if (checkpoint) this.log.warn(`${name} is rebuilt from the start of the log`);
      await this.consumer.reset(transaction);
      await writeCheckpoint(transaction, name, { version, logId, position: START });
      await takeForBuild(transaction, name, this.leadership.build);
      return START;
    });
  }

  private async apply(batch: readonly LogEvent<E>[], from: Position, to: Position): Promise<void> {
    if (batch.length === 0)
      return lazyCheckpointsOf(this.pool).move(this.name, from, to, this.leadership.build);
    try {
      // Before the transaction: keys are asked for, and who holds a connection must not wait for another one.
      const { events, unknown } = await this.decode(batch);
      await inTransaction(this.pool, async (transaction) => {
        if (events.length > 0) await this.consumer.apply(events, transaction);
        for (const event of unknown) await this.consumer.park?.(event, UNKNOWN_TYPE, transaction);
        await moveCheckpoint(transaction, this.name, from, to, this.leadership.build);
      });
    } catch (error) {
      const first = batch[0];
      if (!first || isPassing(error)) throw error;
      if (batch.length === 1)
        return this.parkOrHalt(first.stored, from, to, new EventNotHandled(first.stored, error));
      // One event of many is at fault: go up to it one by one, so that all before it are applied and it is named.
      await this.applyOneByOne(batch, from, to);
    }
  }

  private async applyOneByOne(batch: readonly LogEvent<E>[], from: Position, to: Position): Promise<void> {
    let position = from;
    for (const event of batch) {
      await this.apply([event], position, event.stored.position);
      position = event.stored.position;
      this.reached(position, false);
    }
    if (to > position) await this.apply([], position, to);
  }

  private async parkOrHalt(
    event: StoredEvent,
    from: Position,
    to: Position,
    fault: EventNotHandled,
  ): Promise<void> {
    const { consumer } = this;
    if (!consumer.park) throw fault;
    await inTransaction(this.pool, async (transaction) => {
      await consumer.park?.(event, fault.reason, transaction);
      await moveCheckpoint(transaction, this.name, from, to, this.leadership.build);
    });
    this.log.error(`${this.name} goes on without ${event.type} ${event.id}: ${fault.message}`);
  }

  /** Whether nothing follows from these events; not where one of them cannot be told. */
  private async ignoresAll(batch: readonly LogEvent<E>[]): Promise<boolean> {
    const { consumer } = this;
    for (const event of batch) {
      const decoded = await event.decode().catch(() => undefined);
      if (!decoded?.known || !consumer.ignores?.(decoded.event)) return false;
    }
    return true;
  }

  /** Those of a type that this build does not know are for one that does: parked, or not gone past. */
  private async decode(
    batch: readonly LogEvent<E>[],
  ): Promise<{ events: Recorded<E>[]; unknown: StoredEvent[] }> {
    const events: Recorded<E>[] = [];
    const unknown: StoredEvent[] = [];
    for (const event of batch) {
      const decoded = await event.decode();
      if (decoded.known) events.push(decoded.event);
      else if (this.consumer.park) unknown.push(event.stored);
      else throw new EventTypeUnknown();
    }
    return { events, unknown };
  }
}

/** What a promise gives, or `later` where that takes longer than `milliseconds`; null: however long it takes. */
async function orLater<T>(promise: Promise<T>, milliseconds: number | null): Promise<T | 'later'> {
  if (milliseconds === null) return promise;
  const done = new AbortController();
  const later = sleep(Math.max(0, milliseconds), 'later' as const, { signal: done.signal, ref: false });
  try {
    return await Promise.race([promise, later]);
  } finally {
    done.abort();
    later.catch(() => undefined);
  }
}
