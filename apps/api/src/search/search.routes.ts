import { z } from 'zod';
import { after, EXAMPLE, pendingAnswer } from '../contract/common';
import { defineRoute } from '../contract/route';

const question = z
  .strictObject({
    query: z.string().trim().min(1).max(2_000),
    limit: z.number().int().min(1).max(50).default(10),
    sources: z
      .array(z.enum(['transcript', 'report']))
      .min(1)
      .max(2)
      .optional(),
    recordingIds: z.array(z.uuid()).min(1).max(1_000).optional(),
  })
  .meta({ id: 'SearchQuestion' });

const hit = z
  .object({
    passageId: z.uuid(),
    recordingId: z.uuid(),
    fileName: z.string().nullable(),
    source: z.union([
      z.object({ kind: z.literal('transcript') }),
      z.object({ kind: z.literal('report'), reportId: z.uuid() }),
    ]),
    start: z.number().nullable().meta({ description: 'Seconds; null for a passage of a report.' }),
    end: z.number().nullable(),
    language: z.string().nullable(),
    text: z.string(),
    moment: z
      .object({ start: z.number(), end: z.number(), text: z.string() })
      .nullable()
      .meta({ description: 'The line that fits best, with its own times.' }),
    score: z.number().meta({ description: 'Only its order means something.' }),
    foundBy: z.array(z.enum(['words', 'vectors'])),
  })
  .meta({ id: 'PassageHit' });

export const searchPassages = defineRoute({
  ...{ method: 'POST', path: '/v1/search', tag: 'search', operationId: 'searchPassages' },
  summary: 'Find passages of transcripts and reports, by words and by vectors.',
  query: z.strictObject({ after }),
  idempotency: 'question',
  body: {
    type: 'application/json',
    schema: question,
    example: { query: 'What was wrong with the air conditioning?', limit: 10, sources: ['transcript'] },
  },
  answers: [
    {
      status: 200,
      description: 'Passages, best first, each with its recording and its times.',
      content: [
        {
          type: 'application/json',
          schema: z.object({ hits: z.array(hit) }).meta({ id: 'SearchHits' }),
          example: {
            hits: [
              {
                ...{ passageId: EXAMPLE.otherId, recordingId: EXAMPLE.id, fileName: 'interview.m4a' },
                ...{ source: { kind: 'transcript' }, start: 12.5, end: 41, language: 'en' },
                text: 'The air conditioning was loud all night.',
                moment: { start: 12.5, end: 16, text: 'The air conditioning was loud all night.' },
                ...{ score: 0.0325, foundBy: ['words', 'vectors'] },
              },
            ],
          },
        },
      ],
    },
    pendingAnswer,
  ],
  problems: [],
});

export const SEARCH_ROUTES = [searchPassages] as const;
