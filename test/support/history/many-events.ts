import { deriveId, DOMAIN_EVENTS, DomainEvent } from '@voxpersona/domain';
import { CHAIN_START, EventCodec, EventStore } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';

const STREAMS = 200;
/** Events that one append holds: now one, now several, as commands give them. */
const BATCHES = [1, 3, 1, 2, 5];

/**
 * Fills a log with refusals of many workspaces, which sagas pass over: real events, chained and hashed as the application
 * does, over streams that grow by turns.
 */
export async function appendManyEvents(store: EventStore, count: number): Promise<void> {
  // No field of these events is personal: no key is asked for.
  const keys = { keyForSealing: noKey, keyForOpening: noKey, destroy: noKey };
  const codec = new EventCodec<DomainEvent>(DOMAIN_EVENTS, keys, (id, index) => deriveId('event', id, index));
  const ends = Array.from({ length: STREAMS }, () => ({
    stream: `denials-${randomUUID()}`,
    end: CHAIN_START,
  }));
  let written = 0;
  const grow = async (place: (typeof ends)[number], turn: number): Promise<void> => {
    const size = Math.min(BATCHES[turn % BATCHES.length] ?? 1, count - written);
    if (size <= 0) return;
    written += size;
    const context = {
      commandId: randomUUID(),
      correlationId: randomUUID(),
      causationId: randomUUID(),
      actor: { kind: 'system' as const, id: 'test', owner: null },
    };
    const events = Array.from({ length: size }, () => denial());
    const encoded = await codec.encode(place.stream, place.end, events, context, new Date().toISOString());
    const { revision } = place.end;
    await store.append(place.stream, encoded.events, revision < 0 ? 'no_stream' : revision);
    place.end = encoded.end;
  };
  for (let turn = 0; written < count; turn += 1) await Promise.all(ends.map((place) => grow(place, turn)));
}

function denial(): Extract<DomainEvent, { type: 'AccessDenied' }> {
  const ids = { ownerId: randomUUID(), memberId: randomUUID(), keyId: randomUUID() };
  const why = { role: 'analyst', route: 'GET /v1/members', reason: 'role', scope: null } as const;
  return { type: 'AccessDenied', data: { ...ids, ...why, deniedAt: new Date().toISOString() } };
}

function noKey(): Promise<never> {
  return Promise.reject(new Error('These events have nothing to seal'));
}
