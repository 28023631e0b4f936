import { inTransaction } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { EventCodec, NewEvent, Recorded } from '../codec/event-codec';
import { EventStore, Position, START, StoredEvent } from '../port/event-store';
import { CheckpointedConsumer } from './checkpointed-consumer';
import { CheckpointAhead, moveCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoints';
import { Leadership } from './leadership';
import { EventNotHandled, FollowerLog, isPassing, LogFollower } from './log-follower';

/** Why an event was parked that a newer build wrote. */
export const UNKNOWN_TYPE = 'this build does not know events of this type';
/** Events that share one transaction when there are many to catch up with. */
const BATCH = 500;
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
    private readonly store: EventStore,
    private readonly codec: EventCodec<E>,
    private readonly pool: Pool,
    private readonly consumer: CheckpointedConsumer<E>,
    private readonly leadership: Leadership,
    log: FollowerLog,
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
    const from = await this.prepare();
    let position = from;
    let batch: StoredEvent[] = [];
    this.reached(position, false);
    const flush = async (to: Position, caughtUp: boolean): Promise<void> => {
      if (to > position) await this.apply(batch, position, to);
      batch = [];
      position = to > position ? to : position;
      this.reached(position, caughtUp);
    };
    for await (const item of this.store.subscribe({ after: from, filter: this.consumer.filter, signal })) {
      if (item.kind === 'event') batch.push(item.event);
      else await flush(item.position, item.kind === 'caughtUp');
      const last = batch.at(-1);
      if (last && batch.length >= BATCH) await flush(last.position, false);
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
    const logId = await this.store.logId();
    const head = await this.store.head();
    return inTransaction(this.pool, async (transaction) => {
      const checkpoint = await readCheckpoint(transaction, name);
      if (checkpoint?.version === version && checkpoint.logId === logId) {
        // Read on from there, what comes next would be passed over.
        if (checkpoint.position > head) throw new CheckpointAhead(name, checkpoint.position, head);
        return checkpoint.position;
      }
      if (checkpoint) this.log.warn(`${name} is rebuilt from the start of the log`);
      await this.consumer.reset(transaction);
      await writeCheckpoint(transaction, name, { version, logId, position: START });
      return START;
    });
  }

  private async apply(batch: readonly StoredEvent[], from: Position, to: Position): Promise<void> {
    try {
      // Before the transaction: keys are asked for, and who holds a connection must not wait for another one.
      const { events, unknown } = await this.decode(batch);
      await inTransaction(this.pool, async (transaction) => {
        if (events.length > 0) await this.consumer.apply(events, transaction);
        for (const event of unknown) await this.consumer.park?.(event, UNKNOWN_TYPE, transaction);
        await moveCheckpoint(transaction, this.name, from, to);
      });
    } catch (error) {
      const first = batch[0];
      if (!first || isPassing(error)) throw error;
      if (batch.length === 1) return this.parkOrHalt(first, from, to, new EventNotHandled(first, error));
      // One event of many is at fault: go up to it one by one, so that all before it are applied and it is named.
      await this.applyOneByOne(batch, from, to);
    }
  }

  private async applyOneByOne(batch: readonly StoredEvent[], from: Position, to: Position): Promise<void> {
    let position = from;
    for (const event of batch) {
      await this.apply([event], position, event.position);
      position = event.position;
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
      await moveCheckpoint(transaction, this.name, from, to);
    });
    this.log.error(`${this.name} goes on without ${event.type} ${event.id}: ${fault.message}`);
  }

  /** Those of a type that this build does not know are for one that does. */
  private async decode(
    batch: readonly StoredEvent[],
  ): Promise<{ events: Recorded<E>[]; unknown: StoredEvent[] }> {
    const events: Recorded<E>[] = [];
    const unknown: StoredEvent[] = [];
    for (const stored of batch) {
      const decoded = await this.codec.decode(stored);
      if (decoded.known) events.push(decoded.event);
      else unknown.push(stored);
    }
    return { events, unknown };
  }
}
