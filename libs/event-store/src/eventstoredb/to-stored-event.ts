import { ResolvedEvent } from '@eventstore/db-client';
import { EventFilter, JsonObject, Position, StoredEvent } from '../port/event-store';
import { IDENTITY_STREAM } from './log-identity';

/** What the store keeps for itself: its own streams and types begin with `$`; and the stream that names the log. */
function isOurs(stream: string, type: string): boolean {
  return !stream.startsWith('$') && !type.startsWith('$') && stream !== IDENTITY_STREAM;
}

/** Undefined for what is not an event of ours. */
export function toStoredEvent({ event }: ResolvedEvent): StoredEvent | undefined {
  if (!event?.isJson || !isOurs(event.streamId, event.type)) return undefined;
  return {
    id: event.id,
    stream: event.streamId,
    revision: Number(event.revision),
    position: positionOf(event),
    type: event.type,
    data: event.data as JsonObject,
    metadata: event.metadata as JsonObject,
  };
}

/** Place in the whole log: the position at which the event's write was committed. */
export function positionOf(event: { position?: { commit: bigint } | undefined } | undefined): Position {
  if (!event?.position) throw new Error('The store gave an event without its position');
  return event.position.commit;
}

/** The same position in both halves: a write of one transaction is committed where it was prepared. */
export function toLogPosition(position: Position): { commit: bigint; prepare: bigint } {
  return { commit: position, prepare: position };
}

export function matches({ stream, type }: StoredEvent, filter: EventFilter | undefined): boolean {
  const { streamPrefixes, types } = filter ?? {};
  const inStreams = streamPrefixes?.some((prefix) => stream.startsWith(prefix)) ?? true;
  return inStreams && (types?.includes(type) ?? true);
}
