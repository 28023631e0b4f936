import { Decider } from '@voxpersona/domain';
import { EventCodec, NewEvent } from '../codec/event-codec';
import { followChain } from '../codec/hash-chain';
import { EventStore, StoredEvent } from '../port/event-store';
import { Actor } from './actor-cache';

/** A stream holds an event of a type that this build does not know: deciding without it would be guessing. */
export class UnknownEventInStream extends Error {
  constructor(
    readonly stream: string,
    readonly revision: number,
    readonly type: string,
  ) {
    super(`Stream ${stream} holds an unknown event ${type} at revision ${revision}; is this build too old?`);
    this.name = 'UnknownEventInStream';
  }
}

/**
 * Folds into `actor` every event of its stream that it has not seen. The chain is checked link by link here, each
 * event's own hash by the codec.
 *
 * @throws EventTampered, EventInvalid, UnknownEventInStream, EventStoreUnavailable
 */
export async function readForward<State, Command, Event extends E, E extends NewEvent>(
  store: EventStore,
  codec: EventCodec<E>,
  decider: Decider<State, Command, Event>,
  actor: Actor<State>,
  seen?: (stored: StoredEvent) => void,
): Promise<void> {
  for await (const stored of store.readStream(actor.stream, { from: actor.end.revision + 1 })) {
    const end = followChain(actor.end, stored);
    const decoded = await codec.decode(stored);
    if (!decoded.known) throw new UnknownEventInStream(stored.stream, stored.revision, stored.type);
    // A stream of this category holds only events of this decider: the codec knows them as E, the decider as Event.
    actor.state = decider.evolve(actor.state, decoded.event as unknown as Event);
    actor.end = end;
    actor.position = stored.position;
    actor.seenCommands.add(decoded.event.metadata.commandId);
    seen?.(stored);
  }
}
