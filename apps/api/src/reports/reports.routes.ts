import { z } from 'zod';
import {
  after,
  AS_OF_PROBLEMS,
  asOf,
  EXAMPLE,
  idParameter,
  moment,
  notModified,
  pendingAnswer,
} from '../contract/common';
import { defineRoute } from '../contract/route';
import { REPORT_STATUSES } from '../recordings/recordings.schemas';

const call = z
  .looseObject({})
  .meta({ id: 'ModelCall', description: 'Model, tokens or seconds, cost and duration of a call.' });

const report = z
  .object({
    id: z.uuid(),
    recordingId: z.uuid(),
    owner: z.uuid().meta({ description: 'Id of the workspace.' }),
    type: z.string(),
    title: z.string(),
    transcriptVersion: z.number().int(),
    language: z.string().nullable(),
    status: z.enum(REPORT_STATUSES),
    searchable: z.boolean(),
    parts: z.array(
      z.object({
        part: z.string(),
        title: z.string(),
        status: z.enum(['pending', 'written', 'failed', 'cancelled']),
        promptVersion: z.string(),
        text: z.string().nullable().meta({ description: 'Markdown; null until it is written.' }),
        call: call.nullable(),
        failure: z
          .object({ code: z.string(), provider: z.string().nullable(), requestId: z.string().nullable() })
          .nullable(),
      }),
    ),
    requestedAt: moment,
    completedAt: moment.nullable(),
  })
  .meta({ id: 'Report' });

export const getReport = defineRoute({
  ...{ method: 'GET', path: '/v1/reports/:id', tag: 'reports', operationId: 'getReport' },
  summary: 'A report: its parts as far as they are written, each with what wrote it.',
  params: { id: idParameter('Id of the report.') },
  query: z.strictObject({
    format: z
      .enum(['json', 'markdown'])
      .default('json')
      .meta({ description: 'Shape of the answer.', example: 'markdown' }),
    after,
    asOf,
  }),
  answers: [
    {
      status: 200,
      description: 'The report.',
      content: [
        {
          type: 'application/json',
          schema: report,
          example: {
            ...{ id: EXAMPLE.otherId, recordingId: EXAMPLE.id, owner: EXAMPLE.id, type: 'summary' },
            ...{
              title: 'Summary',
              transcriptVersion: 1,
              language: 'en',
              status: 'completed',
              searchable: true,
            },
            parts: [
              {
                ...{ part: 'overview', title: 'Overview', status: 'written', promptVersion: '1' },
                ...{ text: 'The guest liked the room.', call: { costUsd: 0.01 }, failure: null },
              },
            ],
            ...{ requestedAt: EXAMPLE.moment, completedAt: EXAMPLE.moment },
          },
        },
        { type: 'text/markdown', example: '# Summary\n\n## Overview\n\nThe guest liked the room.\n' },
      ],
      headers: { ETag: 'Changes when the answer does; give it back as `If-None-Match`.' },
    },
    pendingAnswer,
    notModified,
  ],
  problems: [...AS_OF_PROBLEMS, 'erased'],
});

export const REPORT_ROUTES = [getReport] as const;
