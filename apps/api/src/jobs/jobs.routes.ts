import { z } from 'zod';
import { cursor, EXAMPLE, idParameter, limit, moment, next, notModified } from '../contract/common';
import { defineRoute } from '../contract/route';

const tag = 'jobs';
const json = 'application/json';
const params = { id: idParameter('Id of the job.') };
const STATES = ['ready', 'running', 'done', 'parked', 'cancelled'] as const;
const LANES = [
  ...(['media', 'listening-copy', 'speech-to-text', 'language-model'] as const),
  ...(['indexing', 'reembedding', 'vector-repair', 'reprocessing', 'chat', 'housekeeping'] as const),
] as const;

const job = z
  .object({
    id: z.uuid(),
    type: z.string(),
    lane: z.enum(LANES),
    state: z.enum(STATES).meta({ description: 'parked: it was given up; it can be retried or cancelled.' }),
    recordingId: z.uuid(),
    attempts: z.number().int().meta({ description: 'Runs that failed so far.' }),
    interruptions: z.number().int().meta({ description: 'Runs that ended with their worker.' }),
    failure: z
      .object({ code: z.string(), provider: z.string().nullable(), requestId: z.string().nullable() })
      .nullable(),
    createdAt: moment,
    runAt: moment.meta({ description: 'Not before; a retry waits.' }),
    finishedAt: moment.nullable(),
    correlationId: z.string().meta({ description: 'Id of the request that it follows from.' }),
    causationId: z.string().meta({ description: 'Id of the event that it follows from.' }),
  })
  .meta({ id: 'Job' });

const JOB = {
  ...{ id: EXAMPLE.otherId, type: 'TranscribeChunk', lane: 'speech-to-text', state: 'parked' },
  ...{ recordingId: EXAMPLE.id, attempts: 5, interruptions: 0 },
  failure: { code: 'rate_limited', provider: 'openai', requestId: 'req_123' },
  ...{ createdAt: EXAMPLE.moment, runAt: EXAMPLE.moment, finishedAt: EXAMPLE.moment },
  ...{ correlationId: EXAMPLE.id, causationId: EXAMPLE.otherId },
};

const states = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((one) => one.split(',')))
  .pipe(z.array(z.enum(STATES)).min(1))
  .optional();

export const listJobs = defineRoute({
  ...{ method: 'GET', path: '/v1/jobs', tag, operationId: 'listJobs' },
  summary: 'Jobs of your recordings, newest first.',
  query: z.strictObject({
    limit,
    cursor,
    state: states.meta({
      description: 'Any of these, with commas between; parked when left out.',
      example: 'parked',
    }),
    lane: z.enum(LANES).optional().meta({ description: 'Kind of work.', example: 'speech-to-text' }),
    recordingId: z.uuid().optional().meta({ description: 'Of one recording.', example: EXAMPLE.id }),
  }),
  answers: [
    {
      status: 200,
      description: 'A page; `next` is null on the last one.',
      content: [
        {
          type: json,
          schema: z.object({ jobs: z.array(job), next }).meta({ id: 'JobsPage' }),
          example: { jobs: [JOB], next: null },
        },
      ],
    },
    notModified,
  ],
  problems: [],
});

export const getJob = defineRoute({
  ...{ method: 'GET', path: '/v1/jobs/:id', tag, operationId: 'getJob' },
  summary: 'One job.',
  params,
  answers: [
    { status: 200, description: 'The job.', content: [{ type: json, schema: job, example: JOB }] },
    notModified,
  ],
  problems: [],
});

const jobAnswer = {
  status: 200,
  description: 'The job as it is now.',
  content: [{ type: json, schema: job, example: { ...JOB, state: 'ready', failure: null } }],
};

export const retryJob = defineRoute({
  ...{ method: 'POST', path: '/v1/jobs/:id/retry', tag, operationId: 'retryJob' },
  summary: 'Let a parked job run again.',
  params,
  idempotency: 'answer',
  answers: [jobAnswer],
  problems: ['job-not-parked'],
});

export const cancelJob = defineRoute({
  ...{ method: 'POST', path: '/v1/jobs/:id/cancel', tag, operationId: 'cancelJob' },
  summary: 'Take a parked job off the list for good.',
  params,
  idempotency: 'answer',
  answers: [jobAnswer],
  problems: ['job-not-parked'],
});

export const JOB_ROUTES = [listJobs, getJob, retryJob, cancelJob] as const;
