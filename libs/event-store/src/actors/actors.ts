import { Decider, Decision, Refusal, streamName } from '@voxpersona/domain';
import { Encoded, EventCodec, NewEvent } from '../codec/event-codec';
import { CommandContext } from '../codec/metadata';
import { appendUntilKnown } from '../outcomes/append-until-known';
import { isStoreTransient } from '../outcomes/store-transient';
import { AppendOutcomeUnknown, ClockAhead, StreamContention, WrongExpectedRevision } from '../port/errors';
import { AppendResult, EventStore, Position, START } from '../port/event-store';
import { Actor, ActorCache } from './actor-cache';
import { readForward } from './read-forward';

/** How a command ended. `position` is where the stream's newest known event stands in the log. */
export type Answer<State, Event, R extends Refusal> =
  | { kind: 'accepted'; state: State; events: readonly Event[]; position: Position }
  | { kind: 'refused'; refusal: R; state: State; position: Position };

/** A stream as the log holds it. */
export interface CurrentState<State> {
  state: State;
  /** Where the stream's newest event stands in the log. */
  position: Position;
  exists: boolean;
  /** Whether a command of this id has led to events of this stream. */
  wasCarriedOut(commandId: string): boolean;
}

export interface ActorsOptions {
  /** Actors kept in memory; the one that was idle longest goes first. */
  maxCached?: number;
  /** Milliseconds after which an idle actor is forgotten. */
  idleMs?: number;
  /** Gives the present as ISO 8601, UTC. */
  clock?: () => string;
  /** Milliseconds for which an append of unknown outcome is repeated before the caller learns so. */
  appendPatienceMs?: number;
}

const DECIDE_ATTEMPTS = 8;
/** Tries to stamp an event with a time that the store takes; the second has the store's own. */
const STAMP_ATTEMPTS = 3;

/**
 * The actor runtime: one virtual actor per stream. A command waits in the stream's mailbox, is decided on the
 * cached or freshly read state, appended at exactly that state's revision, and folded.
 *
 * Correctness comes from the expected revision alone; mailbox and cache are for speed. Hence the rule that a
 * refusal, or a decision without events, made on cached state only counts once the stream was read forward:
 * another process may have written since.
 */
export class Actors<E extends NewEvent> {
  private readonly cache: ActorCache;
  private readonly clock: () => string;
  private readonly appendPatienceMs: number | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec<E>,
    options: ActorsOptions = {},
  ) {
    this.cache = new ActorCache(options.maxCached ?? 1_000, options.idleMs ?? 600_000);
    this.clock = options.clock ?? (() => new Date().toISOString());
    this.appendPatienceMs = options.appendPatienceMs;
  }

  /**
   * Sends a command to the actor `id` of a decider.
   *
   * @throws StreamContention, EventStoreUnavailable, AppendOutcomeUnknown, ClockAhead (all safe to send again with the same
   *         command id), EventTampered, UnknownEventInStream
   */
  async ask<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    id: string,
    command: Command,
    context: CommandContext,
  ): Promise<Answer<State, Event, R>> {
    return this.inMailbox(decider, id, async (actor, cached) => {
      let current = !cached;
      for (let attempt = 0; attempt < DECIDE_ATTEMPTS; attempt += 1) {
        const decision = this.decideOnce(decider, actor, command, context);
        const final = decision.kind === 'refused' || decision.events.length === 0;
        if (final && current) return answer(actor, decision);
        if (!final) {
          const appended = await this.tryAppend(decider, actor, decision.events, context);
          if (appended) return answer(actor, { ...decision, events: appended });
        }
        await readForward(this.store, this.codec, decider, actor);
        current = true;
      }
      throw new StreamContention(actor.stream);
    });
  }

  /** The stream's state as it is now, read forward from the log. */
  async read<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    id: string,
  ): Promise<CurrentState<State>> {
    return this.inMailbox(decider, id, async (actor, cached) => {
      if (cached) await readForward(this.store, this.codec, decider, actor);
      const { state, position, end, seenCommands } = actor;
      return {
        state,
        position,
        exists: end.revision >= 0,
        wasCarriedOut: (commandId) => seenCommands.has(commandId),
      };
    });
  }

  /** Where the newest event stands that this process has folded of a stream; undefined: it keeps nothing of it. */
  knownPosition<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    id: string,
  ): Position | undefined {
    return this.cache.get<State>(streamName(decider.category, id))?.position;
  }

  /** Runs `use` when it is this stream's turn, with its state loaded. An actor that failed is forgotten. */
  private inMailbox<State, Command, Event extends E, R extends Refusal, T>(
    decider: Decider<State, Command, Event, R>,
    id: string,
    use: (actor: Actor<State>, cached: boolean) => Promise<T>,
  ): Promise<T> {
    const stream = streamName(decider.category, id);
    return this.cache.enqueue(stream, async () => {
      const known = this.cache.get<State>(stream);
      const actor = known ?? newActor(stream, decider.initial);
      try {
        if (!known) await readForward(this.store, this.codec, decider, actor);
        const result = await use(actor, known !== undefined);
        this.cache.keep(actor);
        return result;
      } catch (error) {
        this.cache.forget(stream);
        throw error;
      }
    });
  }

  private decideOnce<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    actor: Actor<State>,
    command: Command,
    context: CommandContext,
  ): Decision<Event, R> {
    if (actor.seenCommands.has(context.commandId)) return { kind: 'accepted', events: [] };
    return decider.decide(actor.state, command);
  }

  /**
   * Appends what was decided, and folds it.
   *
   * @returns the events that this command has put into the log, none when an earlier try of the same command had put its
   *          own there; undefined when another writer was first
   */
  private async tryAppend<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    actor: Actor<State>,
    events: readonly Event[],
    context: CommandContext,
  ): Promise<readonly Event[] | undefined> {
    try {
      const { encoded, appended } = await this.stampAndAppend(actor, events, context);
      if (appended.repeated) return await this.takeOver(decider, actor, encoded, events);
      actor.end = encoded.end;
      actor.position = appended.position;
      this.fold(decider, actor, events, context);
      return events;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return undefined;
      throw error;
    }
  }

  /**
   * Appends events with the time of this process, or of the store where this process's clock is ahead. To be told so is an
   * answer, nothing was written: only then may other bytes be sent.
   */
  private async stampAndAppend(
    { stream, end }: Pick<Actor<unknown>, 'stream' | 'end'>,
    events: readonly E[],
    context: CommandContext,
  ): Promise<{ encoded: Encoded; appended: AppendResult }> {
    const expected = end.revision < 0 ? 'no_stream' : end.revision;
    let recordedAt = this.clock();
    for (let attempt = 1; ; attempt += 1) {
      const encoded = await this.codec.encode(stream, end, events, context, recordedAt);
      try {
        const appended = await appendUntilKnown(
          this.store,
          stream,
          encoded.events,
          expected,
          this.appendPatienceMs,
        );
        return { encoded, appended };
      } catch (error) {
        if (!(error instanceof ClockAhead) || attempt >= STAMP_ATTEMPTS) throw error;
        recordedAt = error.storeTime;
      }
    }
  }

  /**
   * The log held events with these ids already. What it holds counts: an earlier try of the command was encoded with
   * another time, and so with another hash, which the stream's next event has to continue.
   */
  private async takeOver<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    actor: Actor<State>,
    encoded: Encoded,
    events: readonly Event[],
  ): Promise<readonly Event[]> {
    let hash: unknown;
    try {
      await readForward(this.store, this.codec, decider, actor, ({ revision, metadata }) => {
        if (revision === encoded.end.revision) hash = metadata.hash;
      });
    } catch (error) {
      // They are in the log, whatever keeps them from being read: not an outage in which nothing was written.
      throw isStoreTransient(error) ? new AppendOutcomeUnknown(actor.stream, error) : error;
    }
    if (hash === undefined) {
      throw new AppendOutcomeUnknown(actor.stream, new Error('What was appended is not there yet'));
    }
    return hash === encoded.end.hash ? events : [];
  }

  private fold<State, Command, Event extends E, R extends Refusal>(
    decider: Decider<State, Command, Event, R>,
    actor: Actor<State>,
    events: readonly Event[],
    context: CommandContext,
  ): void {
    actor.state = events.reduce((state, event) => decider.evolve(state, event), actor.state);
    actor.seenCommands.add(context.commandId);
  }
}

function newActor<State>(stream: string, initial: State): Actor<State> {
  return {
    stream,
    state: initial,
    end: { revision: -1, hash: null },
    position: START,
    seenCommands: new Set(),
  };
}

function answer<State, Event, R extends Refusal>(
  actor: Actor<State>,
  decision: Decision<Event, R>,
): Answer<State, Event, R> {
  const { state, position } = actor;
  return decision.kind === 'refused'
    ? { kind: 'refused', refusal: decision.refusal, state, position }
    : { kind: 'accepted', events: decision.events, state, position };
}
