import { z } from 'zod';
import { isPersonal } from './personal';

/** Turns the data of one schema version into that of the next. Pure; a personal field comes opened, or as `Erased`. */
export type Upcaster = (data: Record<string, unknown>) => Record<string, unknown>;

export interface EventDefinition<Type extends string = string, Schema extends z.ZodObject = z.ZodObject> {
  readonly type: Type;
  /** Version that is written today; 1 for the first. */
  readonly version: number;
  /** Shape of the data at `version`. */
  readonly schema: Schema;
  /** `upcasters[n]` leads from version n to n + 1; there is one for every version before today's. */
  readonly upcasters: Readonly<Record<number, Upcaster>>;
  /** Names of the fields that are sealed. */
  readonly personalFields: readonly string[];
  /** Field that names whose key they are sealed under: the recording's, or the member's whose name it is. */
  readonly subjectField: 'recordingId' | 'memberId';
}

/** The event that a definition describes: what deciders return and fold. */
export type EventOf<D> =
  D extends EventDefinition<infer Type, infer Schema> ? { type: Type; data: z.infer<Schema> } : never;

/**
 * Defines an event type.
 *
 * @throws Error when a version has no upcaster or a personal field has no subject: mistakes of a programmer,
 *         found when the module is loaded
 */
export function defineEvent<Type extends string, Schema extends z.ZodObject>(
  type: Type,
  schema: Schema,
  history: { version?: number; upcasters?: Readonly<Record<number, Upcaster>> } = {},
): EventDefinition<Type, Schema> {
  const version = history.version ?? 1;
  const upcasters = history.upcasters ?? {};
  for (let from = 1; from < version; from += 1) {
    if (!upcasters[from]) throw new Error(`${type}: no upcaster from version ${from}`);
  }
  const fields = Object.entries(schema.shape) as [string, z.ZodType][];
  const personalFields = fields.filter(([, field]) => isPersonal(field)).map(([name]) => name);
  const subjectField = 'recordingId' in schema.shape ? 'recordingId' : 'memberId';
  if (personalFields.length > 0 && !(subjectField in schema.shape)) {
    throw new Error(`${type}: an event with personal fields must name its recordingId, or its memberId`);
  }
  return { type, version, schema, upcasters, personalFields, subjectField };
}

/** Event definitions by type. */
export type EventCatalogue = ReadonlyMap<string, EventDefinition>;

/** @throws Error when two definitions share a type */
export function eventCatalogue(definitions: readonly EventDefinition[]): EventCatalogue {
  const catalogue = new Map<string, EventDefinition>();
  for (const definition of definitions) {
    if (catalogue.has(definition.type)) throw new Error(`Event type ${definition.type} is defined twice`);
    catalogue.set(definition.type, definition);
  }
  return catalogue;
}
