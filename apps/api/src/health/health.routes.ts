import { z } from 'zod';
import { defineRoute } from '../contract/route';

const tag = 'health';
const json = 'application/json';

const live = z.object({ status: z.literal('ok') }).meta({ id: 'Live' });
const ready = z
  .looseObject({ status: z.string(), details: z.looseObject({}) })
  .meta({ id: 'Readiness', description: 'What is there and what is not, and which adapters are in use.' });

export const getLive = defineRoute({
  ...{ method: 'GET', path: '/health/live', tag, operationId: 'getLive' },
  summary: 'The process runs.',
  answers: [
    {
      status: 200,
      description: 'It does.',
      content: [{ type: json, schema: live, example: { status: 'ok' } }],
    },
  ],
  problems: [],
});

const example = { status: 'ok', details: { 'event-store': { status: 'up' } }, parkedJobs: 0 };

export const getReady = defineRoute({
  ...{ method: 'GET', path: '/health/ready', tag, operationId: 'getReady' },
  summary: 'Everything that serving needs is there.',
  answers: [
    { status: 200, description: 'It is.', content: [{ type: json, schema: ready, example }] },
    {
      status: 503,
      description: 'It is not; the answer names what is missing.',
      content: [{ type: json, schema: ready, example: { ...example, status: 'error' } }],
    },
  ],
  problems: [],
});

export const HEALTH_ROUTES = [getLive, getReady] as const;
