import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { PROBLEMS, ProblemName } from './problem';

type Schema = NonNullable<Extract<Parameters<typeof ApiResponse>[0], { schema?: unknown }>['schema']>;

/** OpenAPI's schema of a zod schema. */
export function schemaOf(schema: z.ZodType): Schema {
  // zod writes the 2020-12 dialect of JSON Schema, of which OpenAPI's typed object is a part.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'openapi-3.0' }) as Schema;
}

const problemSchema = schemaOf(
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    requestId: z.string(),
  }),
);

/** Documents the problems that a route can answer with, those of the same status together. */
export function ProblemResponses(...names: ProblemName[]): MethodDecorator {
  const all: ProblemName[] = ['not-authenticated', 'unavailable', ...names];
  const statuses = new Map<number, ProblemName[]>();
  for (const name of all) statuses.set(PROBLEMS[name][0], [...(statuses.get(PROBLEMS[name][0]) ?? []), name]);
  return (target, key, descriptor) => {
    for (const [status, kinds] of statuses) {
      const description = kinds.map((kind) => `\`${kind}\`: ${PROBLEMS[kind][1]}`).join('; ');
      ApiResponse({
        status,
        description,
        content: { 'application/problem+json': { schema: problemSchema } },
      })(target, key, descriptor);
    }
  };
}
