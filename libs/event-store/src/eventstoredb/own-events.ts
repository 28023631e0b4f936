import { ResolvedEvent } from '@eventstore/db-client';
import { EventFilter, JsonObject, Position, StoredEvent } from '../port/event-store';

/** Holds one event that says which log this is. A restored backup has it too; a new database gets a new one. */
export const IDENTITY_STREAM = 'voxpersona_log';

/** What the node keeps for itself: its own streams and types begin with `$`. */
function isOfNode({ streamId, type }: { streamId: string; type: string }): boolean {
  return streamId.startsWith('$') || type.startsWith('$');
}

/**
 * Tells the events of VoxPersona from those of other programs on the same node.
 *
 * An event is ours where its stream is of one of our categories, whatever it looks like: without a hash it was put there by
 * another hand, and its reader raises the alarm. Elsewhere it is ours where its metadata are of our making: a newer build writes
 * categories that this one does not know.
 */
export class OwnEvents {
  private readonly categories: ReadonlySet<string>;

  constructor(categories: Iterable<string>) {
    this.categories = new Set(categories);
  }

  /** Undefined for what is not an event of ours. */
  find({ event }: ResolvedEvent): StoredEvent | undefined {
    if (!event || !this.has(event)) return undefined;
    return {
      id: event.id,
      stream: event.streamId,
      revision: Number(event.revision),
      position: positionOf(event),
      type: event.type,
      // What is no JSON was not written by us: as an event without content it does not match any hash.
      data: event.isJson ? (event.data as JsonObject) : {},
      metadata: (event.metadata ?? {}) as JsonObject,
    };
  }

  has(event: { streamId: string; type: string; metadata?: unknown }): boolean {
    if (isOfNode(event) || event.streamId === IDENTITY_STREAM) return false;
    return this.isOurStream(event.streamId) || bearsOurMarks(event.metadata);
  }

  /** Names of streams that are neither ours nor the node's, for a filter of the node. */
  get foreignStreams(): string {
    const own = [...this.categories].map((category) => `${category}-`);
    return `^(?!\\$|${IDENTITY_STREAM}$|${own.join('|')})`;
  }

  private isOurStream(stream: string): boolean {
    const dash = stream.indexOf('-');
    return dash > 0 && this.categories.has(stream.slice(0, dash));
  }
}

function bearsOurMarks(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null) return false;
  const { hash, previousHash, commandId, schemaVersion } = metadata as Record<string, unknown>;
  const isChained = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) && previousHash !== undefined;
  return isChained && typeof commandId === 'string' && typeof schemaVersion === 'number';
}

/** Place in the whole log: the position at which the event's write was committed. */
export function positionOf(event: { position?: { commit: bigint } | undefined } | undefined): Position {
  if (!event?.position) throw new Error('The store gave an event without its position');
  return event.position.commit as Position;
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
