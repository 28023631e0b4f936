import { z } from 'zod';
import {
  after,
  cursor,
  EXAMPLE,
  idParameter,
  limit,
  pendingAnswer,
  recordedAnswer,
} from '../contract/common';
import { defineRoute } from '../contract/route';
import {
  forecast,
  reprocessing,
  reprocessingBegun,
  reprocessingRequest,
  reprocessingsPage,
} from './reprocessings.schemas';

const tag = 'reprocessings';
const json = 'application/json';
const params = { id: idParameter('Id of the batch.') };
const itemParams = { ...params, recordingId: idParameter('Id of a recording of the batch.') };

const REQUEST = {
  what: { kind: 'report', reportType: 'summary' },
  filter: { scenario: 'interview', uploadedBefore: EXAMPLE.moment },
  maxCostUsd: 5,
};
const FORECAST = { recordings: 120, audioSeconds: 86_400, costUsd: 1.25, recordingsOfUnknownPrice: 3 };
const LINKS = { self: `/v1/reprocessings/${EXAMPLE.otherId}` };
const SUMMARY = {
  ...{ id: EXAMPLE.otherId, what: { kind: 'report', reportType: 'summary', language: null } },
  ...{ status: 'running', forecast: FORECAST },
  progress: { total: 120, asked: 34, done: 29, failed: 1, share: 0.25, secondsLeft: 540 },
  verdicts: { open: 29, accepted: 0, rejected: 0 },
  cost: { usd: 0.31, recordingsOfUnknownPrice: 1 },
  ...{ requestedAt: EXAMPLE.moment, updatedAt: EXAMPLE.moment, links: LINKS },
};
const ITEM = {
  ...{ recordingId: EXAMPLE.id, status: 'finished', verdict: 'open', code: null, costUsd: 0.01 },
  result: { kind: 'report', reportId: EXAMPLE.otherId },
  ...{ startedAt: EXAMPLE.moment, endedAt: EXAMPLE.moment },
};

export const forecastReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/forecast', tag, operationId: 'forecastReprocessing' },
  summary: 'What a batch would cost. Changes nothing.',
  idempotency: 'question',
  body: { type: json, schema: reprocessingRequest, example: REQUEST },
  answers: [
    {
      status: 200,
      description: 'The forecast; of no recordings where the filter finds none.',
      content: [{ type: json, schema: forecast, example: FORECAST }],
    },
  ],
  problems: ['unknown-report-type'],
});

export const startReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings', tag, operationId: 'startReprocessing' },
  summary: 'Have many recordings transcribed, or reported on, once more.',
  description:
    'Which recordings belong to the batch is fixed now. They are asked a few at a time, so that what is uploaded meanwhile does not wait for all of them. What was there before stays in any case; what is new is used unless it is rejected.',
  idempotency: 'answer',
  body: { type: json, schema: reprocessingRequest, example: REQUEST },
  answers: [
    {
      status: 202,
      description: 'It has begun.',
      content: [
        {
          type: json,
          schema: reprocessingBegun,
          example: { id: EXAMPLE.otherId, forecast: FORECAST, position: EXAMPLE.position, links: LINKS },
        },
      ],
      headers: { Location: 'The batch.' },
    },
  ],
  problems: ['unknown-report-type', 'nothing-chosen', 'limit-reached', 'forecast-too-high'],
});

export const listReprocessings = defineRoute({
  ...{ method: 'GET', path: '/v1/reprocessings', tag, operationId: 'listReprocessings' },
  summary: 'Batches, the newest first.',
  query: z.strictObject({ limit, cursor, after }),
  answers: [
    {
      status: 200,
      description: 'A page; `next` is null on the last one.',
      content: [{ type: json, schema: reprocessingsPage, example: { reprocessings: [SUMMARY], next: null } }],
    },
    pendingAnswer,
  ],
  problems: ['invalid-cursor'],
});

export const getReprocessing = defineRoute({
  ...{ method: 'GET', path: '/v1/reprocessings/:id', tag, operationId: 'getReprocessing' },
  summary: 'How far a batch is, what it cost so far, and a page of its recordings.',
  params,
  query: z.strictObject({ limit, cursor, after }),
  answers: [
    {
      status: 200,
      description: 'The batch.',
      content: [{ type: json, schema: reprocessing, example: { ...SUMMARY, items: [ITEM], next: null } }],
    },
    pendingAnswer,
  ],
  problems: ['invalid-cursor'],
});

export const pauseReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/pause', tag, operationId: 'pauseReprocessing' },
  summary: 'Begin nothing new. What is under way ends.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'It is paused.')],
  problems: ['reprocessing-over'],
});

export const resumeReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/resume', tag, operationId: 'resumeReprocessing' },
  summary: 'Go on with a batch that was paused.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'It goes on.')],
  problems: ['reprocessing-over'],
});

export const cancelReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/cancel', tag, operationId: 'cancelReprocessing' },
  summary: 'End a batch. What is under way ends by itself, and what is there stays.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'It is cancelled.')],
  problems: ['reprocessing-over'],
});

export const acceptReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/accept', tag, operationId: 'acceptReprocessing' },
  summary: 'Keep everything that came of a batch and was not judged yet.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'It is accepted.')],
  problems: ['nothing-to-judge'],
});

export const rejectReprocessing = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/reject', tag, operationId: 'rejectReprocessing' },
  summary: 'Go back to what was there before, for everything that was not judged yet.',
  description:
    'The transcript, or report, of before is current again and found by searches, recording by recording. What is rejected can still be read.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(202, 'It is rejected; recordings go back one after the other.')],
  problems: ['nothing-to-judge'],
});

export const acceptReprocessed = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/items/:recordingId/accept', tag },
  operationId: 'acceptReprocessed',
  summary: 'Keep what came of one recording.',
  params: itemParams,
  idempotency: 'answer',
  answers: [recordedAnswer(200, 'It is accepted.')],
  problems: ['nothing-to-judge', 'verdict-given'],
});

export const rejectReprocessed = defineRoute({
  ...{ method: 'POST', path: '/v1/reprocessings/:id/items/:recordingId/reject', tag },
  operationId: 'rejectReprocessed',
  summary: 'Go back to what was there before, for one recording.',
  params: itemParams,
  idempotency: 'answer',
  answers: [recordedAnswer(202, 'It is rejected; the recording goes back.')],
  problems: ['nothing-to-judge', 'verdict-given'],
});

export const REPROCESSING_ROUTES = [
  forecastReprocessing,
  startReprocessing,
  listReprocessings,
  getReprocessing,
  pauseReprocessing,
  resumeReprocessing,
  cancelReprocessing,
  acceptReprocessing,
  rejectReprocessing,
  acceptReprocessed,
  rejectReprocessed,
] as const;
