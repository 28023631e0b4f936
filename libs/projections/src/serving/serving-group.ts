import { DomainEvent } from '@voxpersona/domain';
import {
  CheckpointAhead,
  CheckpointFenced,
  EventNotHandled,
  FollowerLog,
  FollowerStatus,
  isPassing,
  Leadership,
  LogEvent,
  LogFollower,
  LogReader,
  moveCheckpoints,
  passes,
  Position,
  Recorded,
  START,
  StoredEvent,
  UNKNOWN_TYPE,
} from '@voxpersona/event-store';
import { aborted, errorCode, inTransaction } from '@voxpersona/platform';
import { Pool, PoolClient } from 'pg';
import { announceGenerations, checkpointName, Generation, listGenerations } from '../generations/generation';
import { parkEvent } from '../generations/parked-events';
import { ReadModel } from '../generations/read-model';
import { MemberLocks } from './member-locks';
import { openMember, ServingMember } from './serving-member';

/** Events that share one transaction when there are many to catch up with. */
const BATCH = 500;
const NAME = 'read-models';

/** SQLSTATEs that say that a table cannot be written, whatever the event: the table, a column or a right is missing. */
const CANNOT_WRITE = new Set(['42P01', '42703', '42501', '25006', '55000']);

interface Serving {
  model: ReadModel;
  generation: Generation;
}

interface DecodedBatch {
  events: Recorded<DomainEvent>[];
  /** Of types that this build does not know. */
  unknown: StoredEvent[];
}

/**
 * Keeps all read models that serve up with the log, together: one batch of events, one transaction, one position. So
 * whatever an answer joins, it is of one moment. Of the processes of a build one does so at a time; while a deploy rolls, each
 * read model is fed by the newest build that has its fold. The checkpoints move by compare-and-set.
 *
 * Lenient: an event that a fold cannot apply is parked for that read model and shown. A read model that cannot be written
 * at all leaves the group, visibly, and is tried again at the next `refresh`.
 */
export class ServingGroup extends LogFollower {
  private members: ServingMember[] = [];
  private readonly left = new Map<string, FollowerStatus>();
  /** Aborts when the members have to be looked up anew. */
  private changed = new AbortController();

  constructor(
    private readonly models: readonly ReadModel[],
    private readonly reader: LogReader<DomainEvent>,
    private readonly pool: Pool,
    private readonly leadership: Leadership,
    log: FollowerLog,
    /** Called with the position that all of them have reached, after its commit. */
    private readonly onMoved: (position: Position, names: readonly string[]) => void,
  ) {
    super(NAME, log);
  }

  /** How one of them is. */
  statusOf(name: string): FollowerStatus {
    return this.left.get(name) ?? this.status;
  }

  /** Whether one of them cannot be written at present. */
  get hasLeft(): boolean {
    return this.left.size > 0;
  }

  /** Looks up which generations serve, before the next batch. */
  refresh(): void {
    this.changed.abort();
  }

  protected async follow(signal: AbortSignal): Promise<void> {
    this.standBy();
    // Of the processes of a build one has a group. Which read models are in it the locks of these tell.
    const turn = await this.leadership.lead(`${NAME} of build ${this.leadership.build}`, 1, signal);
    if (!turn) return;
    const ended = AbortSignal.any([signal, turn.lost]);
    const locks = new MemberLocks(this.leadership, () => this.refresh());
    try {
      while (!ended.aborted) await this.lead(ended, locks);
    } finally {
      await locks.end();
      await turn.end();
    }
  }

  /** Until the turn is lost, or the members change. */
  private async lead(signal: AbortSignal, locks: MemberLocks): Promise<void> {
    this.changed = new AbortController();
    const either = AbortSignal.any([signal, this.changed.signal]);
    const serving = await this.serving();
    const wanted = new Map(
      serving.map(({ model, generation }) => [
        checkpointName(model.name, generation.generation),
        model.version,
      ]),
    );
    await locks.want(wanted, signal);
    const own = serving.filter(({ model, generation }) =>
      locks.holds(checkpointName(model.name, generation.generation)),
    );
    const members = await this.open(own);
    if (members.length === 0) {
      this.standBy();
      await aborted(either);
      return;
    }
    const position = await this.level(members, either);
    if (position === undefined) return;
    this.members = members;
    try {
      await this.feed(position, either);
    } catch (error) {
      // Another generation serves since: it is gone on with at once. Another process writes: that one's turn it is.
      if (!(error instanceof CheckpointFenced) || !(await this.haveChanged())) throw error;
    }
  }

  /** The generations that serve and that this build has the fold of. */
  private async serving(): Promise<Serving[]> {
    const generations = await listGenerations(this.pool);
    return this.models.flatMap((model) => {
      const serving = generations.find(
        ({ projection, state, version }) =>
          projection === model.name && state === 'active' && version === model.version,
      );
      return serving ? [{ model, generation: serving }] : [];
    });
  }

  /** Whether one of the members does not serve any more. */
  private async haveChanged(): Promise<boolean> {
    const now = new Set(
      (await this.serving()).map(({ model, generation }) =>
        checkpointName(model.name, generation.generation),
      ),
    );
    return this.members.some(({ checkpoint }) => !now.has(checkpoint));
  }

  private async open(serving: readonly Serving[]): Promise<ServingMember[]> {
    const logId = await this.reader.store.logId();
    const { build } = this.leadership;
    return inTransaction(this.pool, async (transaction) => {
      const members: ServingMember[] = [];
      for (const { model, generation } of serving) {
        const { wasReset, ...member } = await openMember(model, generation, logId, build, transaction);
        this.left.delete(model.name);
        if (wasReset) this.log.warn(`${member.checkpoint} is rebuilt from the start of the log`);
        members.push(member);
      }
      return members;
    });
  }

  /** Brings those that are behind to where the first one stands: a new generation, or a data folder of an earlier build. */
  private async level(members: ServingMember[], signal: AbortSignal): Promise<Position | undefined> {
    const target = members.reduce((most, { position }) => (position > most ? position : most), START);
    const head = await this.reader.store.head();
    if (target > head) throw new CheckpointAhead(NAME, target, head);
    for (const member of [...members]) {
      while (member.position < target) {
        if (signal.aborted) return undefined;
        const { filter } = member.model;
        const page = await this.reader.store.readAll({ after: member.position, filter, limit: BATCH });
        const events = page.events.filter(({ position }) => position <= target);
        const to = page.position < target ? page.position : target;
        const decoded = await decodeAll(events.map((stored) => this.reader.event(stored)));
        await this.apply([member], decoded, events, to);
        if (this.left.has(member.model.name)) {
          members.splice(members.indexOf(member), 1);
          break;
        }
      }
    }
    return target;
  }

  private async feed(from: Position, signal: AbortSignal): Promise<void> {
    let batch: LogEvent<DomainEvent>[] = [];
    this.moved(from, false);
    const flush = async (to: Position, caughtUp: boolean): Promise<void> => {
      const taken = batch;
      batch = [];
      const decoded = await decodeAll(taken);
      const stored = taken.map((event) => event.stored);
      await this.apply(this.members, decoded, stored, to);
      this.members = this.members.filter(({ model }) => !this.left.has(model.name));
      this.moved(to, caughtUp);
    };
    for await (const item of this.reader.subscribe({ after: from, signal })) {
      if (item.kind === 'event') batch.push(item.event);
      else await flush(item.position, item.kind === 'caughtUp');
      const last = batch.at(-1);
      if (last && batch.length >= BATCH) await flush(last.stored.position, false);
    }
  }

  private moved(position: Position, caughtUp: boolean): void {
    this.reached(position, caughtUp);
    this.onMoved(
      position,
      this.members.map(({ model }) => model.name),
    );
  }

  /** One transaction: everything is written and the checkpoints move, or neither. */
  private async apply(
    members: readonly ServingMember[],
    batch: DecodedBatch | EventNotHandled,
    stored: readonly StoredEvent[],
    to: Position,
  ): Promise<void> {
    const from = members[0]?.position;
    if (from === undefined || to <= from) return;
    try {
      if (batch instanceof EventNotHandled) throw batch;
      await inTransaction(this.pool, async (transaction) => {
        for (const member of members) await applyTo(member, batch, transaction);
        await moveCheckpoints(transaction, members.map(toCheckpoint), from, to, this.leadership.build);
      });
    } catch (error) {
      if (isPassing(error)) throw error;
      await this.applyCarefully(members, stored, to);
      return;
    }
    for (const member of members) member.position = to;
  }

  /** Event by event and member by member: what cannot be applied is parked where it cannot, and nowhere else. */
  private async applyCarefully(
    members: readonly ServingMember[],
    stored: readonly StoredEvent[],
    to: Position,
  ): Promise<void> {
    let able = [...members];
    const steps = stored.map((event) => ({ event, to: event.position }));
    for (const step of [...steps, { event: undefined, to }]) {
      const from = able[0]?.position;
      if (from === undefined || step.to <= from) continue;
      const { event } = step;
      const faults = await inTransaction(this.pool, async (transaction) => {
        const found = event ? await this.applyOne(able, event, transaction) : [];
        able = able.filter((member) => !found.some((fault) => fault.member === member && fault.leaves));
        await moveCheckpoints(transaction, able.map(toCheckpoint), from, step.to, this.leadership.build);
        return found;
      });
      for (const fault of faults) this.note(fault);
      for (const member of able) member.position = step.to;
    }
  }

  private async applyOne(
    members: readonly ServingMember[],
    event: StoredEvent,
    transaction: PoolClient,
  ): Promise<Fault[]> {
    const batch = await decodeAll([this.reader.event(event)]);
    const faults: Fault[] = [];
    for (const member of members) {
      if (!passes(member.model.filter, event)) continue;
      await transaction.query('SAVEPOINT member');
      try {
        if (batch instanceof EventNotHandled) throw batch;
        await applyTo(member, batch, transaction);
      } catch (error) {
        if (isPassing(error)) throw error;
        await transaction.query('ROLLBACK TO SAVEPOINT member');
        const cause = error instanceof EventNotHandled ? error : new EventNotHandled(event, error);
        const leaves = CANNOT_WRITE.has(errorCode(error) ?? '');
        faults.push({ member, cause, leaves });
        if (leaves) continue;
        await parkEvent(transaction, member.model.name, member.generation, event, cause.reason);
        await announceGenerations(transaction);
      }
    }
    return faults;
  }

  private note({ member, cause, leaves }: Fault): void {
    const { name } = member.model;
    const { event, message } = cause;
    const at = `${event.type} ${event.id}`;
    if (leaves) {
      this.left.set(name, { state: 'halted', position: member.position, reason: message, at });
      this.log.error(`${name} cannot be written and is left behind, at ${at}: ${message}`);
    } else {
      this.log.error(`${name} goes on without ${at}: ${message}`);
    }
  }
}

interface Fault {
  member: ServingMember;
  cause: EventNotHandled;
  /** The member cannot be written at all. */
  leaves: boolean;
}

function toCheckpoint({ checkpoint: name, fence }: ServingMember): { name: string; fence: number } {
  return { name, fence };
}

async function applyTo(
  { model, generation, table }: ServingMember,
  { events, unknown }: DecodedBatch,
  transaction: PoolClient,
): Promise<void> {
  const own = events.filter((event) => passes(model.filter, event));
  if (own.length > 0) await model.apply(own, table, transaction);
  for (const event of unknown) {
    if (passes(model.filter, event))
      await parkEvent(transaction, model.name, generation, event, UNKNOWN_TYPE);
  }
}

/** Before the transaction: keys are asked for, and whoever holds a connection must not wait for another one. */
async function decodeAll(batch: readonly LogEvent<DomainEvent>[]): Promise<DecodedBatch | EventNotHandled> {
  const decoded: DecodedBatch = { events: [], unknown: [] };
  for (const event of batch) {
    try {
      const one = await event.decode();
      if (one.known) decoded.events.push(one.event);
      else decoded.unknown.push(event.stored);
    } catch (error) {
      if (isPassing(error)) throw error;
      return new EventNotHandled(event.stored, error);
    }
  }
  return decoded;
}
