import { DomainEvent } from '@voxpersona/domain';
import {
  EventNotHandled,
  FollowerLog,
  isPassing,
  Leadership,
  LogFollower,
  LogReader,
  moveCheckpoint,
  Position,
  readCheckpoint,
  Recorded,
  START,
  StoredEvent,
  UNKNOWN_TYPE,
  writeCheckpoint,
  toPosition,
} from '@voxpersona/event-store';
import { aborted, inSnapshot, inTransaction } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, PoolClient } from 'pg';
import { BuildProgressMeter } from './build-progress-meter';
import {
  announceGenerations,
  BuildPhase,
  BuildProblem,
  checkpointName,
  Generation,
  GenerationComparison,
  listGenerations,
  tableName,
} from './generation';
import { OneAtATime } from './one-at-a-time';
import { parkEvent } from './parked-events';
import { ReadModel } from './read-model';
import { activate } from './switch-generation';
import { digestOf } from './tables';

/** Events of one transaction: large, nobody reads these tables yet. */
const PAGE = 2_500;
/** The serving generation is looked at so often while it comes to where this one stands. */
const COMPARE_RETRY_MS = 200;
/** One that has not moved for so long stands still: whoever runs it moves its checkpoint every 500 events at least. */
export const STANDS_STILL_MS = 30_000;

interface DecodedPage {
  events: Recorded<DomainEvent>[];
  /** Of types that this build does not know. */
  unknown: StoredEvent[];
}

/** It was paused, cancelled or accepted meanwhile: whoever keeps generations looks at it anew. */
class BuildInterrupted extends Error {}

/**
 * Builds a generation of a read model beside the one that serves: reads the log in large pages, catches up with what
 * comes meanwhile, compares at one position where the version is the same, and takes over in one transaction. Where the one
 * that serves is behind it waits for it; where that one stands still it takes over without being compared, and says so.
 * Strict: it stops at an event that cannot be applied; one of a type that only a newer build knows is parked. Whatever ends it, the next one goes on from its checkpoint.
 */
export class GenerationBuilder extends LogFollower {
  private readonly table: string;
  private readonly meter: BuildProgressMeter;

  constructor(
    private readonly reader: LogReader<DomainEvent>,
    private readonly pool: Pool,
    private readonly model: ReadModel,
    private readonly generation: Generation,
    private readonly leadership: Leadership,
    private readonly builds: OneAtATime,
    log: FollowerLog,
    private readonly standsStillMs = STANDS_STILL_MS,
  ) {
    super(checkpointName(model.name, generation.generation), log);
    this.table = tableName(model.table, generation.generation);
    this.meter = new BuildProgressMeter(generation.progress?.applied ?? 0);
  }

  protected async follow(signal: AbortSignal): Promise<void> {
    this.standBy();
    const turn = await this.leadership.lead(`build ${this.name}`, this.model.version, signal);
    if (!turn) return;
    let isOver: boolean;
    try {
      const ended = AbortSignal.any([signal, turn.lost]);
      // One build at a time: those who use the service meanwhile shall not notice.
      isOver = await this.builds.inTurn(() => this.buildOrFail(ended));
    } finally {
      await turn.end();
    }
    // What comes next is for who keeps the generations.
    if (isOver) await aborted(signal);
  }

  /** @returns false when it was cut short and is to be gone on with */
  private async buildOrFail(signal: AbortSignal): Promise<boolean> {
    try {
      await this.build(signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof BuildInterrupted) return true;
      if (!(error instanceof EventNotHandled)) throw error;
      await this.fail(error);
      return true;
    }
  }

  private async build(signal: AbortSignal): Promise<void> {
    const position = await this.catchUp(await this.prepare(), await this.reader.store.head(), signal);
    signal.throwIfAborted();
    let served: { position: Position | null; since: number } | undefined;
    let notCompared: GenerationComparison | undefined;
    while (!notCompared) {
      const verdict = await this.compare(position, signal);
      signal.throwIfAborted();
      if (verdict === 'differs') return;
      if (verdict === 'equal' || verdict === 'not') break;
      // Nothing is read meanwhile: it would be behind what is ahead of it for ever.
      const now = performance.now();
      if (!served || served.position !== verdict.servedAt) {
        served = { position: verdict.servedAt, since: now };
      } else if (now - served.since >= this.standsStillMs) {
        notCompared = this.notComparedWith(served.position);
      }
      if (!notCompared) await sleep(COMPARE_RETRY_MS, undefined, { signal });
    }
    await this.takeOver(notCompared);
  }

  private notComparedWith(position: Position | null): GenerationComparison {
    const reason = `the generation that served stood still at ${position ?? 'no position'} for ${
      this.standsStillMs / 1_000
    } s: nobody ran it, or it was halted`;
    this.log.warn(`${this.name} is not compared: ${reason}`);
    return { position: (position ?? START).toString(), equal: null, notCompared: reason, tables: [] };
  }

  private async prepare(): Promise<Position> {
    const logId = await this.reader.store.logId();
    return inTransaction(this.pool, async (transaction) => {
      const { pruned } = await this.claim(transaction);
      const checkpoint = await readCheckpoint(transaction, this.name);
      const isOurs = checkpoint?.version === this.model.version && checkpoint.logId === logId;
      if (isOurs && !pruned) return checkpoint.position;
      await transaction.query(`DELETE FROM ${this.table}`);
      await transaction.query('DELETE FROM parked_events WHERE projection = $1 AND generation = $2', [
        this.model.name,
        this.generation.generation,
      ]);
      await transaction.query(
        'UPDATE projection_generations SET pruned = false WHERE projection = $1 AND generation = $2',
        [this.model.name, this.generation.generation],
      );
      await writeCheckpoint(transaction, this.name, {
        version: this.model.version,
        logId,
        position: START,
      });
      return START;
    });
  }

  /** Reads on to `to`, page by page. */
  private async catchUp(from: Position, to: Position, signal: AbortSignal): Promise<Position> {
    let position = from;
    this.reached(position, false);
    while (position < to && !signal.aborted) {
      const page = await this.reader.store.readAll({
        after: position,
        filter: this.model.filter,
        limit: PAGE,
      });
      const events = page.events.filter((event) => event.position <= to);
      const end = page.position < to ? page.position : to;
      await this.applyPage(events, position, end, to);
      position = end;
      this.reached(position, position >= to);
    }
    return position;
  }

  private async applyPage(
    stored: readonly StoredEvent[],
    from: Position,
    to: Position,
    head: Position,
  ): Promise<void> {
    try {
      const decoded = await this.decode(stored);
      await inTransaction(this.pool, async (transaction) => {
        await this.claim(transaction);
        await this.applyDecoded(decoded, transaction);
        await moveCheckpoint(transaction, this.name, from, to);
        await this.note(transaction, 'progress', this.meter.after(stored.length, from, to, head));
      });
    } catch (error) {
      const [first] = stored;
      if (!first || isPassing(error) || error instanceof BuildInterrupted) throw error;
      if (stored.length === 1) throw new EventNotHandled(first, error);
      // One of many: everything before it is applied, and it is named.
      let position = from;
      for (const event of stored) {
        await this.applyPage([event], position, event.position, head);
        position = event.position;
      }
      await this.applyPage([], position, to, head);
    }
  }

  private async decode(stored: readonly StoredEvent[]): Promise<DecodedPage> {
    const page: DecodedPage = { events: [], unknown: [] };
    for (const event of stored) {
      const decoded = await this.reader.event(event).decode();
      if (decoded.known) page.events.push(decoded.event);
      else page.unknown.push(event);
    }
    return page;
  }

  /** A newer build's events do not stop an older one that is gone back to: it shows that it went on without them. */
  private async applyDecoded({ events, unknown }: DecodedPage, transaction: PoolClient): Promise<void> {
    if (events.length > 0) await this.model.apply(events, this.table, transaction);
    const { generation } = this.generation;
    for (const event of unknown) {
      await parkEvent(transaction, this.model.name, generation, event, UNKNOWN_TYPE);
    }
  }

  /**
   * Compares with the generation that serves, both at the position where that one stands in one snapshot of the database.
   *
   * @returns where the serving one stands, when it is behind this one; `not` where there is nothing to compare
   */
  private async compare(
    position: Position,
    signal: AbortSignal,
  ): Promise<'equal' | 'differs' | 'not' | { servedAt: Position | null }> {
    const active = (await listGenerations(this.pool, this.model.name)).find(
      ({ state }) => state === 'active',
    );
    const isComparable = active?.version === this.model.version && this.generation.reason !== 'rollback';
    if (!active || !isComparable || this.generation.phase === 'accepted') return 'not';
    return inSnapshot(this.pool, async (snapshot) => {
      const served = await readCheckpoint(snapshot, checkpointName(this.model.name, active.generation));
      if (!served || served.position < position) return { servedAt: served?.position ?? null };
      const reached = await this.catchUp(position, served.position, signal);
      // Cut short by the signal.
      if (reached !== served.position) return { servedAt: served.position };
      const building = await inTransaction(this.pool, (transaction) => digestOf(this.table, transaction));
      const serving = await digestOf(tableName(this.model.table, active.generation), snapshot);
      const equal = building.rows === serving.rows && building.hash === serving.hash;
      const comparison: GenerationComparison = {
        ...{ position: reached.toString(), equal },
        tables: [{ name: this.model.table, active: serving, building }],
      };
      await inTransaction(this.pool, async (transaction) => {
        await this.claim(transaction);
        await this.note(transaction, 'comparison', comparison);
        if (!equal) await this.enter(transaction, 'differs');
      });
      if (!equal) this.log.error(`${this.name} is complete, but not like the generation that serves`);
      return equal ? 'equal' : 'differs';
    });
  }

  /** In one transaction: reads what the serving one has read since, and serves from its commit on. */
  private async takeOver(notCompared: GenerationComparison | undefined): Promise<void> {
    await inTransaction(this.pool, async (transaction) => {
      await this.claim(transaction);
      const own = await readCheckpoint(transaction, this.name);
      const served = await this.lockServed(transaction);
      if (own && served && served > own.position) {
        await this.readUpTo(own.position, served, transaction);
      }
      if (notCompared) await this.note(transaction, 'comparison', notCompared);
      await activate(this.model, this.generation.generation, transaction);
      await announceGenerations(transaction);
    });
    this.log.warn(`${this.name}, version ${this.model.version}, serves from now on`);
  }

  /** The serving generation stands still from here to the commit. @returns where it stands; undefined: nowhere in this log */
  private async lockServed(transaction: PoolClient): Promise<Position | undefined> {
    const active = (await listGenerations(transaction, this.model.name)).find(
      ({ state }) => state === 'active',
    );
    if (!active) return undefined;
    const { rows } = await transaction.query<{ position: string }>(
      'SELECT position FROM checkpoints WHERE name = $1 AND log_id = $2 FOR UPDATE',
      [checkpointName(this.model.name, active.generation), await this.reader.store.logId()],
    );
    return rows[0] && toPosition(rows[0].position);
  }

  private async readUpTo(from: Position, to: Position, transaction: PoolClient): Promise<void> {
    for (let position = from; position < to;) {
      const page = await this.reader.store.readAll({
        after: position,
        filter: this.model.filter,
        limit: PAGE,
      });
      await this.applyWithin(
        page.events.filter((event) => event.position <= to),
        transaction,
      );
      position = page.position;
    }
    await moveCheckpoint(transaction, this.name, from, to);
  }

  /** Part of a larger transaction. @throws EventNotHandled that names the event, where one cannot be applied */
  private async applyWithin(stored: readonly StoredEvent[], transaction: PoolClient): Promise<void> {
    const [first] = stored;
    if (!first) return;
    await transaction.query('SAVEPOINT page');
    try {
      await this.applyDecoded(await this.decode(stored), transaction);
    } catch (error) {
      if (isPassing(error)) throw error;
      if (stored.length === 1) throw new EventNotHandled(first, error);
      await transaction.query('ROLLBACK TO SAVEPOINT page');
      for (const event of stored) await this.applyWithin([event], transaction);
    }
  }

  /** @throws BuildInterrupted when it is not to be built (any more) */
  private async claim(transaction: PoolClient): Promise<{ pruned: boolean }> {
    const { rows } = await transaction.query<{ phase: BuildPhase; pruned: boolean }>(
      `SELECT phase, pruned FROM projection_generations
       WHERE projection = $1 AND generation = $2 AND state = 'building' FOR UPDATE`,
      [this.model.name, this.generation.generation],
    );
    const [row] = rows;
    if (row?.phase !== this.generation.phase) throw new BuildInterrupted();
    return row;
  }

  private async note(
    transaction: PoolClient,
    column: 'progress' | 'comparison' | 'problem',
    value: object,
  ): Promise<void> {
    await transaction.query(
      `UPDATE projection_generations SET ${column} = $3 WHERE projection = $1 AND generation = $2`,
      [this.model.name, this.generation.generation, JSON.stringify(value)],
    );
  }

  private async enter(transaction: PoolClient, phase: BuildPhase): Promise<void> {
    await transaction.query(
      'UPDATE projection_generations SET phase = $3 WHERE projection = $1 AND generation = $2',
      [this.model.name, this.generation.generation, phase],
    );
    await announceGenerations(transaction);
  }

  private async fail({ event, message, reason }: EventNotHandled): Promise<void> {
    const { id: eventId, type, stream, position } = event;
    const problem: BuildProblem = { eventId, type, stream, position: position.toString(), reason };
    await inTransaction(this.pool, async (transaction) => {
      await this.claim(transaction);
      await this.note(transaction, 'problem', problem);
      await this.enter(transaction, 'failed');
    });
    this.log.error(`${this.name} cannot be built: ${type} ${eventId} of ${stream}: ${message}`);
  }
}
