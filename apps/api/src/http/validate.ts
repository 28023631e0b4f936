import { z } from 'zod';
import { illFormed } from './ill-formed';
import { Problem } from './problem';

/** Checks what came in against a schema; what is wrong is told field by field. @throws Problem 400 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.infer<Schema> {
  const ill = illFormed(value);
  if (ill !== undefined) throw new Problem('invalid-request', `${what}: ${ill}`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new Problem('invalid-request', faults.slice(0, 20).join('; ').slice(0, 2_000));
}

/** Checks the parameters behind the question mark. @throws Problem 400 `unknown-parameter`, `invalid-request` */
export function validateQuery<Schema extends z.ZodObject>(schema: Schema, query: unknown): z.infer<Schema> {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(query ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Problem(
      'unknown-parameter',
      `There is no parameter ${JSON.stringify(unknown.slice(0, 50))}. Parameters are: ${known.join(', ') || 'none'}.`,
    );
  }
  return validate(schema, query, 'query');
}

/** An id in an address: one that is no UUID names nothing. @throws Problem 404 */
export function validateId(id: string): string {
  if (!z.uuid().safeParse(id).success) throw new Problem('not-found', 'There is nothing under this id.');
  return id;
}
