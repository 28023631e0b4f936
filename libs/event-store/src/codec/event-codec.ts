import { ERASED, EventCatalogue, EventDefinition } from '@voxpersona/domain';
import { ZodError } from 'zod';
import { KeyRing } from '../key-ring/key-ring';
import { EventToAppend, JsonObject, JsonValue, Position, Revision, StoredEvent } from '../port/event-store';
import { ChainEnd, eventHash, EventTampered, verifyHash } from './hash-chain';
import { Actor, CommandContext, EventMetadata, eventMetadataSchema, readableMetadata } from './metadata';
import { isSealed, open, seal, SealBroken } from './sealing';

/** An event as deciders return it. */
export interface NewEvent {
  type: string;
  data: unknown;
}

/** Where a recorded event stands and what it says of itself. */
export interface EventEnvelope {
  id: string;
  stream: string;
  revision: Revision;
  position: Position;
  metadata: EventMetadata;
}

/** An event read back: opened, upcast to today's version and validated. Narrow it by `type`. */
export type Recorded<E extends NewEvent> = E & EventEnvelope;

/** An event of a type that this build does not know: parked by projections, refused by deciders. */
export interface UnknownEvent extends EventEnvelope {
  known: false;
  type: string;
}

export type DecodedEvent<E extends NewEvent> =
  { known: true; event: Recorded<E> } | { known: false; event: UnknownEvent };

/** An event that cannot be read as what was written: it is shown to be there, and nothing of its data is believed. */
export interface BrokenEvent extends EventEnvelope {
  type: string;
  /** What is wrong with it. */
  broken: string;
}

/** An event that does not have the shape its type and version promise. */
export class EventInvalid extends Error {
  constructor(
    readonly type: string,
    readonly version: number,
    readonly problems: string,
  ) {
    super(`${type} version ${version}: ${problems}`);
    this.name = 'EventInvalid';
  }
}

export interface Encoded {
  events: EventToAppend[];
  /** The chain's end once these events are appended. */
  end: ChainEnd;
}

/**
 * Between the domain and the store. Writing: validate, seal the personal fields, add the metadata, link the hash
 * chain. Reading: verify the hash, open what is sealed (or give `Erased`), upcast, validate.
 */
export class EventCodec<E extends NewEvent> {
  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly keys: KeyRing,
    private readonly deriveEventId: (commandId: string, index: number) => string,
  ) {}

  /**
   * Makes events final to the byte, to follow `end` in `stream`.
   *
   * @param recordedAt ISO 8601, UTC
   * @throws EventInvalid for an event outside its schema: a mistake in a decider
   * @throws RecordingKeyDestroyed when the recording was erased meanwhile
   */
  async encode(
    stream: string,
    end: ChainEnd,
    events: readonly E[],
    context: CommandContext,
    recordedAt: string,
  ): Promise<Encoded> {
    const encoded: EventToAppend[] = [];
    let { revision, hash } = end;
    for (const [index, event] of events.entries()) {
      const definition = this.definitionOf(event.type);
      const id = this.deriveEventId(context.commandId, index);
      const data = await this.sealed(definition, stream, id, validated(definition, event.data));
      const metadata: JsonObject = {
        $correlationId: context.correlationId,
        $causationId: context.causationId,
        actor: actorFields(context.actor),
        commandId: context.commandId,
        schemaVersion: definition.version,
        recordedAt,
        previousHash: hash,
      };
      revision += 1;
      hash = eventHash(stream, revision, { id, type: event.type, data, metadata });
      encoded.push({ id, type: event.type, data, metadata: { ...metadata, hash } });
    }
    return { events: encoded, end: { revision, hash } };
  }

  /**
   * @throws EventTampered when the content does not match the hash (the link to the event before is the reader's
   *         to check, by `followChain`)
   * @throws EventInvalid, also for a version that is newer than this build
   */
  async decode(stored: StoredEvent): Promise<DecodedEvent<E>> {
    const { id, stream, revision, position, type } = stored;
    verifyHash(stored);
    const metadata = eventMetadataSchema.parse(stored.metadata);
    const envelope: EventEnvelope = { id, stream, revision, position, metadata };
    const definition = this.catalogue.get(type);
    if (!definition) return { known: false, event: { ...envelope, known: false, type } };
    const opened = await this.opened(definition, stored);
    const data = validated(definition, upcast(definition, metadata.schemaVersion, opened));
    // The catalogue holds the schemas that E is inferred from: what its schema accepted is an E.
    return { known: true, event: { ...envelope, type, data } as unknown as Recorded<E> };
  }

  /** The same for who must show every event, also one that was altered: that one comes as broken, where `decode` throws. */
  async decodeForShow(
    stored: StoredEvent,
  ): Promise<DecodedEvent<E> | { known: 'broken'; event: BrokenEvent }> {
    try {
      return await this.decode(stored);
    } catch (error) {
      if (!isOfEvent(error)) throw error;
      const { id, stream, revision, position, type } = stored;
      const metadata = readableMetadata.parse({ ...stored.metadata });
      const broken = error instanceof ZodError ? 'Its metadata cannot be read' : error.message;
      return { known: 'broken', event: { id, stream, revision, position, metadata, type, broken } };
    }
  }

  private definitionOf(type: string): EventDefinition {
    const definition = this.catalogue.get(type);
    if (!definition) throw new EventInvalid(type, 0, 'this type is not in the catalogue');
    return definition;
  }

  private async sealed(
    definition: EventDefinition,
    stream: string,
    id: string,
    data: Record<string, unknown>,
  ): Promise<JsonObject> {
    const result = { ...data } as JsonObject;
    if (definition.personalFields.length === 0) return result;
    const key = await this.keys.keyForSealing(subjectOf(definition, data));
    for (const field of definition.personalFields) {
      result[field] = seal(key, result[field] as JsonValue, [stream, id, field]);
    }
    return result;
  }

  private async opened(
    definition: EventDefinition,
    { stream, id, data }: StoredEvent,
  ): Promise<Record<string, unknown>> {
    const fields = Object.keys(data).filter((field) => isSealed(data[field]));
    if (fields.length === 0) return data;
    const key = await this.keys.keyForOpening(subjectOf(definition, data));
    const result: Record<string, unknown> = { ...data };
    for (const field of fields) {
      const value = data[field];
      if (isSealed(value)) result[field] = key ? open(key, value, [stream, id, field]) : ERASED;
    }
    return result;
  }
}

/** Whether it is the event that is at fault, and not what it is read with. */
function isOfEvent(error: unknown): error is Error {
  return [EventTampered, EventInvalid, SealBroken, ZodError, TypeError].some(
    (known) => error instanceof known,
  );
}

function actorFields({ member, ...actor }: Actor): JsonObject {
  return member === undefined ? actor : { ...actor, member };
}

/** `defineEvent` makes sure that every event with personal fields has one. */
function subjectOf({ subjectField }: EventDefinition, data: Record<string, unknown>): string {
  const subject = data[subjectField];
  if (typeof subject !== 'string') throw new TypeError('A sealed event names whose key it is sealed under');
  return subject;
}

function upcast(
  definition: EventDefinition,
  storedVersion: number,
  data: Record<string, unknown>,
): Record<string, unknown> {
  if (storedVersion > definition.version) {
    throw new EventInvalid(definition.type, storedVersion, 'written by a newer build than this one');
  }
  let current = data;
  for (let version = storedVersion; version < definition.version; version += 1) {
    const step = definition.upcasters[version];
    if (!step) throw new EventInvalid(definition.type, version, 'there is no upcaster from this version');
    current = step(current);
  }
  return current;
}

function validated(definition: EventDefinition, data: unknown): Record<string, unknown> {
  const result = definition.schema.safeParse(data);
  if (result.success) return result.data;
  const problems = result.error.issues
    .map((issue) => `${issue.path.join('.') || 'data'}: ${issue.code}`)
    .join('; ');
  throw new EventInvalid(definition.type, definition.version, problems);
}
