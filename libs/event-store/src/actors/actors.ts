import { Decider, Decision, Refusal, streamName } from '@voxpersona/domain';
import { EventCodec, NewEvent } from '../codec/event-codec';
import { CommandContext } from '../codec/metadata';
import { AppendOutcomeUnknown, WrongExpectedRevision } from '../port/errors';
import { AppendResult, EventStore, EventToAppend, Position, START } from '../port/event-store';
import { Actor, ActorCache } from './actor-cache';
import { readForward } from './read-forward';

/** How a command ended. `position` is where the stream's newest known event stands in the log. */
export type Answer<State, Event, R extends Refusal> =
  | { kind: 'accepted'; state: State; events: readonly Event[]; position: Position }
  | { kind: 'refused'; refusal: R; state: State; position: Position };

/** Other writers were faster again and again. The command had no effect and can be sent again. */
export class StreamContention extends Error {
  constructor(readonly stream: string) {
    super(`Stream ${stream} is written by too many at once`);
    this.name = 'StreamContention';
  }
}

export interface ActorsOptions {
  /** Actors kept in memory; the one that was idle longest goes first. */
  maxCached?: number;
  /** Milliseconds after which an idle actor is forgotten. */
  idleMs?: number;
  /** Gives the present as ISO 8601, UTC. */
  clock?: () => string;
}

const DECIDE_ATTEMPTS = 8;
const RESEND_ATTEMPTS = 4;

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

  constructor(
    private readonly store: EventStore,
    private readonly codec: EventCodec<E>,
    options: ActorsOptions = {},
  ) {
    this.cache = new ActorCache(options.maxCached ?? 1_000, options.idleMs ?? 600_000);
    this.clock = options.clock ?? (() => new Date().toISOString());
  }

  /**
   * Sends a command to the actor `id` of a decider.
   *
   * @throws StreamContention, EventStoreUnavailable, AppendOutcomeUnknown (all safe to send again with the same
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
        if (!final && (await this.tryAppend(actor, decision.events, context))) {
          this.fold(decider, actor, decision.events, context);
          return answer(actor, decision);
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
  ): Promise<{ state: State; position: Position; exists: boolean }> {
    return this.inMailbox(decider, id, async (actor, cached) => {
      if (cached) await readForward(this.store, this.codec, decider, actor);
      return { state: actor.state, position: actor.position, exists: actor.end.revision >= 0 };
    });
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

  /** False when another writer was first. */
  private async tryAppend(
    actor: Actor<unknown>,
    events: readonly E[],
    context: CommandContext,
  ): Promise<boolean> {
    const encoded = await this.codec.encode(actor.stream, actor.end, events, context, this.clock());
    try {
      const appended = await this.append(actor, encoded.events);
      actor.end = encoded.end;
      actor.position = appended.position;
      return true;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return false;
      throw error;
    }
  }

  /** After an unclear append the same bytes go out again at the same revision: never at a refreshed one. */
  private async append(actor: Actor<unknown>, events: readonly EventToAppend[]): Promise<AppendResult> {
    const expected = actor.end.revision < 0 ? 'no_stream' : actor.end.revision;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.store.append(actor.stream, events, expected);
      } catch (error) {
        if (!(error instanceof AppendOutcomeUnknown) || attempt >= RESEND_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
      }
    }
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
