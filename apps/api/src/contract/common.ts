import { z } from 'zod';
import { AnswerSpec, ParameterSpec } from './route';

/** A log position as an answer gave it. */
export const after = z.string().optional().meta({
  description:
    'A log position that an earlier answer gave: wait until what was recorded up to it can be read.',
  example: '0a1b2c3d4e5f.1234',
});

/** A moment to look back to. */
export const asOf = z.string().max(100).optional().meta({
  description:
    'A time (ISO 8601) or a log position: the answer is what was known then. What was erased since stays erased.',
  example: '2026-11-24T10:00:00Z',
});

/** What an `asOf` can be answered with. */
export const AS_OF_PROBLEMS = ['invalid-as-of', 'as-of-in-future', 'as-of-before-log'] as const;

export const limit = z.coerce.number().int().min(1).max(200).default(50).meta({
  description: 'Rows of a page.',
  example: 50,
});

export const cursor = z.string().min(1).max(2_000).optional().meta({
  description: '`next` of the page before.',
  example: 'eyJzIjoiLXVwbG9hZGVkQXQifQ',
});

export const next = z
  .string()
  .nullable()
  .meta({ description: 'Give it back as `cursor` for the next page; null on the last one.' });

export const moment = z.iso.datetime().meta({ example: '2026-11-24T10:00:00.000Z' });

export const position = z
  .string()
  .meta({ description: 'Log position; give it as `after` to read what was recorded up to here.' });

export const EXAMPLE = {
  id: 'a4a3f0f2-6a0e-4c1b-9c86-2f4f6f1f2a11',
  otherId: '0d0f8b5e-7c55-4c1e-8a53-6b9d2b1b3c22',
  position: '0a1b2c3d4e5f.1234',
  moment: '2026-11-24T10:00:00.000Z',
} as const;

export function idParameter(description: string): ParameterSpec {
  return { description, schema: z.uuid(), example: EXAMPLE.id };
}

const notYet = z
  .object({ status: z.literal('pending'), detail: z.string() })
  .meta({ id: 'NotYet', description: 'What `after` names is recorded, but cannot be read yet.' });

/** The answer while a read model is not as far as `after` asks. */
export const pendingAnswer: AnswerSpec = {
  status: 202,
  description: 'Recorded, but not yet to be read. Ask again after the seconds in `Retry-After`.',
  content: [
    {
      type: 'application/json',
      schema: notYet,
      example: { status: 'pending', detail: 'Recorded, but not yet to be read. Ask again soon.' },
    },
  ],
  headers: { 'Retry-After': 'Seconds to wait.' },
};

const recorded = z.object({ id: z.string(), position }).meta({
  id: 'Recorded',
  description: 'A command was carried out and is in the log.',
});

export function recordedAnswer(status: number, description: string): AnswerSpec {
  return {
    status,
    description,
    content: [
      {
        type: 'application/json',
        schema: recorded,
        example: { id: EXAMPLE.id, position: EXAMPLE.position },
      },
    ],
  };
}

/** What a GET answers when `If-None-Match` names what the client has. */
export const notModified: AnswerSpec = {
  status: 304,
  description: 'As the client has it already (`If-None-Match`).',
};
