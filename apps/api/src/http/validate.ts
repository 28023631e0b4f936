import { z } from 'zod';
import { Problem } from './problem';

/** Checks what came in against a schema; what is wrong is told field by field. @throws Problem 400 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new Problem('invalid-request', faults.join('; '));
}

/** An id in an address: one that is no UUID names nothing. @throws Problem 404 */
export function validateId(id: string): string {
  if (!z.uuid().safeParse(id).success) throw new Problem('not-found', `There is nothing under the id ${id}.`);
  return id;
}
