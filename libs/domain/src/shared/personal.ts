import { z } from 'zod';

/** Stands in an event where a personal field was, once its key has been destroyed. */
export const erasedSchema = z.strictObject({ $erased: z.literal(true) });
export type Erased = z.infer<typeof erasedSchema>;
export const ERASED: Erased = Object.freeze({ $erased: true as const });

export function isErased(value: unknown): value is Erased {
  return erasedSchema.safeParse(value).success;
}

const personalSchemas = z.registry<{ personal: true }>();

/**
 * Marks a top-level field of an event as personal: the codec seals it under the key of its recording (or
 * member) before it is stored, and after an erasure it reads as `Erased`.
 */
export function personal<S extends z.ZodType>(schema: S): z.ZodUnion<readonly [S, typeof erasedSchema]> {
  const marked = z.union([schema, erasedSchema]);
  personalSchemas.add(marked, { personal: true });
  return marked;
}

export function isPersonal(schema: z.ZodType): boolean {
  return personalSchemas.has(schema);
}
