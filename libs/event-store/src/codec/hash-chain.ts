import { createHash } from 'node:crypto';
import { EventToAppend, JsonObject } from '../port/event-store';
import { canonicalJson } from './canonical-json';

/**
 * Hash of an event: SHA-256, lower-case hex, over the canonical JSON of everything that the writer decided,
 * `previousHash` included and `hash` itself left out. What the store assigns (position, its own time) is not in it.
 */
export function eventHash(stream: string, revision: number, event: EventToAppend): string {
  const metadata: JsonObject = { ...event.metadata };
  delete metadata.hash;
  const hashed: JsonObject = {
    stream,
    revision,
    id: event.id,
    type: event.type,
    data: event.data,
    metadata,
  };
  return createHash('sha256').update(canonicalJson(hashed)).digest('hex');
}

/** An event's content does not match its hash, or it does not follow the event before it. */
export class EventTampered extends Error {
  constructor(
    readonly stream: string,
    readonly revision: number,
    readonly reason: 'hash_mismatch' | 'broken_chain' | 'missing_revision',
    /** Of the event at which it shows. */
    readonly eventId: string,
  ) {
    super(`Event ${revision} of stream ${stream} was changed after it was written: ${reason}`);
    this.name = 'EventTampered';
  }
}

/** Where a stream stands, as the next event must continue it. */
export interface ChainEnd {
  /** Revision of the last event; -1 before the first. */
  revision: number;
  /** Hash of the last event; null before the first. */
  hash: string | null;
}

export const CHAIN_START: ChainEnd = Object.freeze({ revision: -1, hash: null });

/** @returns the event's hash. @throws EventTampered when the event's content does not match it */
export function verifyHash(event: EventToAppend & { stream: string; revision: number }): string {
  const { stream, revision, id } = event;
  const hash = hashOrNothing(event);
  const written = (event.metadata as typeof event.metadata | null)?.hash;
  if (hash === undefined || written !== hash) throw new EventTampered(stream, revision, 'hash_mismatch', id);
  return hash;
}

/** Undefined for what was put there by another hand: no metadata, or what JSON cannot say. */
function hashOrNothing(event: EventToAppend & { stream: string; revision: number }): string | undefined {
  try {
    return eventHash(event.stream, event.revision, event);
  } catch {
    return undefined;
  }
}

/**
 * Checks that an event follows the one before it. Together with `verifyHash` on every event this proves a stream.
 *
 * @returns the new end of the chain
 * @throws EventTampered
 */
export function followChain(
  end: ChainEnd,
  event: EventToAppend & { stream: string; revision: number },
): ChainEnd {
  const { stream, revision, id } = event;
  const { hash, previousHash } = event.metadata;
  if (revision !== end.revision + 1) throw new EventTampered(stream, revision, 'missing_revision', id);
  if (previousHash !== end.hash || typeof hash !== 'string') {
    throw new EventTampered(stream, revision, 'broken_chain', id);
  }
  return { revision, hash };
}
