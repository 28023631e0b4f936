import { PROJECTION_NAMES } from '@voxpersona/projections';
import { z } from 'zod';
import { moment } from '../contract/common';
import { AnswerSpec, defineRoute } from '../contract/route';

const tag = 'operator';
const json = 'application/json';
const description = 'With the token of OPERATOR_TOKEN; where none is set there is no such route.';

const progress = z.object({
  applied: z.number().meta({ description: 'Events that the projection took in.' }),
  share: z.number().meta({ description: 'Part of the log that is read, 0 to 1.' }),
  eventsPerSecond: z.number(),
  secondsLeft: z.number().nullable(),
});
const digest = z.object({ rows: z.number().int(), hash: z.string() });

const generation = z
  .object({
    projection: z.string(),
    generation: z.number().int(),
    version: z.number().int().meta({ description: 'Of the code that builds it.' }),
    state: z.enum(['building', 'active', 'retired']),
    phase: z.enum(['reading', 'paused', 'failed', 'differs', 'accepted']),
    reason: z.enum(['first', 'requested', 'version', 'embedder', 'rollback']),
    pruned: z.boolean().meta({ description: 'No way back: something erased was cut out of it.' }),
    embedder: z.object({ provider: z.string(), model: z.string(), dimension: z.number().int() }).nullable(),
    progress: progress.nullable(),
    problem: z
      .object({
        eventId: z.string(),
        type: z.string(),
        stream: z.string(),
        position: z.string(),
        reason: z.string(),
      })
      .nullable(),
    comparison: z
      .object({
        position: z.string(),
        equal: z.boolean().nullable().meta({ description: 'Null where they were not compared.' }),
        notCompared: z.string().optional().meta({ description: 'Why not: the one that served stood still.' }),
        tables: z.array(z.object({ name: z.string(), active: digest, building: digest })),
      })
      .nullable(),
    startedAt: moment,
    activatedAt: moment.nullable(),
  })
  .meta({ id: 'Generation', description: 'One build of a projection.' });

const GENERATION = {
  ...{ projection: 'reports', generation: 2, version: 2, state: 'building', phase: 'reading' },
  ...{ reason: 'requested', pruned: false, embedder: null, problem: null, comparison: null },
  progress: { applied: 1_200, share: 0.5, eventsPerSecond: 3_000, secondsLeft: 1 },
  ...{ startedAt: '2026-11-24T10:00:00.000Z', activatedAt: null },
};

const params = {
  name: {
    description: 'Name of the projection.',
    schema: z.string().meta({ enum: [...PROJECTION_NAMES] }),
    example: 'reports',
  },
};

export const listProjections = defineRoute({
  ...{ method: 'GET', path: '/v1/projections', tag, operationId: 'listProjections', description },
  summary: 'Every projection with its generations, and events that it had to go on without.',
  query: z.strictObject({}),
  answers: [
    {
      status: 200,
      description: 'All of them.',
      content: [
        {
          type: json,
          schema: z
            .object({
              projections: z.array(
                z.object({
                  name: z.string(),
                  position: z.string().nullable(),
                  generations: z.array(generation),
                  parked: z.array(z.looseObject({ eventId: z.string(), reason: z.string() })),
                }),
              ),
            })
            .meta({ id: 'Projections' }),
          example: {
            projections: [{ name: 'reports', position: '1234', generations: [GENERATION], parked: [] }],
          },
        },
      ],
    },
  ],
  problems: ['not-authenticated'],
});

const begun: AnswerSpec = {
  status: 202,
  description: 'A worker carries it out.',
  content: [{ type: json, schema: generation, example: GENERATION }],
};

const change = <const Name extends string>(name: Name, summary: string) =>
  defineRoute({
    ...{ method: 'POST', path: `/v1/projections/:name/${name}`, tag, operationId: `${name}Projection` },
    ...{ summary, description, params, idempotency: 'answer' },
    answers: [begun],
    problems: ['not-authenticated', 'projection-busy', 'generation-gone'],
  });

export const rebuildProjection = change('rebuild', 'Build it anew beside what serves, and switch over.');
export const rollbackProjection = change('rollback', 'Let the generation before serve again.');
export const pauseProjection = change('pause', 'Hold a rebuild.');
export const resumeProjection = change('resume', 'Go on with a rebuild that was paused or failed.');
export const acceptProjection = change(
  'accept',
  'Let a generation serve although it differs from the one before.',
);

export const cancelProjection = defineRoute({
  ...{ method: 'POST', path: '/v1/projections/:name/cancel', tag, operationId: 'cancelProjection' },
  ...{ summary: 'End a rebuild and throw it away.', description, params, idempotency: 'answer' },
  answers: [{ status: 204, description: 'It is gone.' }],
  problems: ['not-authenticated', 'projection-busy'],
});

export const verifyAudit = defineRoute({
  ...{ method: 'POST', path: '/v1/audit/verify', tag, operationId: 'verifyAudit', idempotency: 'question' },
  summary: 'Check every hash, chain and seal of the log, see docs/audit.md.',
  description: `${description} Sent while it goes: lines with \`verified\`, then one with \`result\`, or with \`broken\` and the first event at which the log is not what it was.`,
  answers: [
    {
      status: 200,
      description: 'One JSON document per line.',
      content: [
        {
          type: 'application/x-ndjson',
          example:
            '{"verified":10000}\n{"result":{"events":12000,"streams":700,"seals":20,"sealedEvents":11950,"listOfSealedEvents":true}}\n',
        },
      ],
    },
  ],
  problems: ['not-authenticated'],
});

export const sealAudit = defineRoute({
  ...{ method: 'POST', path: '/v1/audit/seal', tag, operationId: 'sealAudit', idempotency: 'answer' },
  summary: 'Seal the log as it is now.',
  description: `${description} A running server does so every minute.`,
  answers: [
    {
      status: 200,
      description: 'The seal; null where nothing has been recorded since the last one.',
      content: [
        {
          type: json,
          schema: z
            .object({
              seal: z
                .object({
                  treeSize: z.number().int(),
                  rootHash: z.string(),
                  sealedAt: moment,
                  keyId: z.string(),
                  signature: z.string(),
                })
                .nullable(),
            })
            .meta({ id: 'SealedLog' }),
          example: {
            seal: {
              ...{ treeSize: 1_000, rootHash: 'e3b0c442', sealedAt: '2026-11-24T10:00:00.000Z' },
              ...{ keyId: '0123456789abcdef', signature: 'AAAA' },
            },
          },
        },
      ],
    },
  ],
  problems: ['not-authenticated'],
});

export const OPERATOR_ROUTES = [
  listProjections,
  rebuildProjection,
  rollbackProjection,
  pauseProjection,
  resumeProjection,
  acceptProjection,
  cancelProjection,
  verifyAudit,
  sealAudit,
] as const;
