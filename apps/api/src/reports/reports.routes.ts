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
import { commission, commissioned, REPORT_STATUSES } from '../recordings/recordings.schemas';

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
    rejected: z.boolean().meta({ description: 'Somebody wanted the one before.' }),
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

export const commissionReport = defineRoute({
  ...{ method: 'POST', path: '/v1/recordings/:id/reports', tag: 'reports', operationId: 'commissionReport' },
  summary: 'Have a report written on the newest transcript.',
  params: { id: idParameter('Id of the recording.') },
  idempotency: 'answer',
  body: { type: 'application/json', schema: commission, example: { type: 'summary', language: 'ru' } },
  answers: [
    {
      status: 202,
      description: 'It is being written.',
      content: [
        {
          type: 'application/json',
          schema: commissioned,
          example: {
            ...{ id: EXAMPLE.otherId, existing: false, position: EXAMPLE.position },
            links: { self: `/v1/reports/${EXAMPLE.otherId}` },
          },
        },
      ],
      headers: { Location: 'The report.' },
    },
    {
      status: 200,
      description: 'It is there already, or being written.',
      content: [
        {
          type: 'application/json',
          schema: commissioned,
          example: {
            ...{ id: EXAMPLE.otherId, existing: true, position: EXAMPLE.position },
            links: { self: `/v1/reports/${EXAMPLE.otherId}` },
          },
        },
      ],
      headers: { Location: 'The report.' },
    },
  ],
  problems: ['unknown-report-type', 'transcript-not-ready', 'no-speech-found', 'recording-failed', 'erased'],
});

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
              rejected: false,
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

const written = z
  .object({
    promptVersion: z.string(),
    model: z.object({ provider: z.string(), model: z.string() }).nullable(),
    costUsd: z.number().nullable(),
  })
  .nullable();

export const compareTwoReports = defineRoute({
  ...{ method: 'GET', path: '/v1/reports/:id/compare/:other', tag: 'reports', operationId: 'compareReports' },
  summary: 'What two reports of one type say differently: texts, scores, and who wrote which.',
  description:
    'Of one recording or of two. Have a report written once more with `again`, by another model or prompt, and compare.',
  params: {
    id: idParameter('Id of the one report.'),
    other: { ...idParameter('Id of the other.'), example: EXAMPLE.otherId },
  },
  query: z.strictObject({ after }),
  answers: [
    {
      status: 200,
      description: 'Part by part.',
      content: [
        {
          type: 'application/json',
          schema: z
            .object({
              before: z.uuid(),
              after: z.uuid(),
              parts: z.array(
                z.object({
                  part: z.string(),
                  before: written,
                  after: written,
                  changes: z
                    .array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() }))
                    .meta({
                      description:
                        'Word by word. Texts that are very different are compared by lines, or taken away and added as a whole.',
                    }),
                  scores: z.array(
                    z.object({
                      name: z.string(),
                      before: z.number().nullable(),
                      after: z.number().nullable(),
                      outOf: z.number(),
                    }),
                  ),
                }),
              ),
            })
            .meta({ id: 'ReportComparison' }),
          example: {
            ...{ before: EXAMPLE.id, after: EXAMPLE.otherId },
            parts: [
              {
                part: 'overview',
                before: { promptVersion: '1', model: { provider: 'anthropic', model: 'a' }, costUsd: 0.01 },
                after: { promptVersion: '2', model: { provider: 'anthropic', model: 'b' }, costUsd: 0.02 },
                changes: [
                  { kind: 'same', text: 'The guest ' },
                  { kind: 'removed', text: 'liked' },
                  { kind: 'added', text: 'loved' },
                  { kind: 'same', text: ' the room.' },
                ],
                scores: [{ name: 'Cleanliness', before: 7, after: 9, outOf: 10 }],
              },
            ],
          },
        },
      ],
    },
    pendingAnswer,
    notModified,
  ],
  problems: ['not-comparable'],
});

export const REPORT_ROUTES = [commissionReport, getReport, compareTwoReports] as const;
