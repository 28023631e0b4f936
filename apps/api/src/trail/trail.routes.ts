import { DOMAIN_EVENTS } from '@voxpersona/domain';
import { z } from 'zod';
import {
  after,
  cursor,
  EXAMPLE,
  idParameter,
  limit,
  moment,
  next,
  notModified,
  pendingAnswer,
} from '../contract/common';
import { defineRoute } from '../contract/route';
import { TRAIL } from '../recordings/recordings.examples';
import { trailEntry } from '../recordings/recordings.schemas';

const tag = 'audit trail';
const json = 'application/json';

const TYPES = [...DOMAIN_EVENTS.keys()].sort() as [string, ...string[]];

const name = z.string().min(1).max(200).optional();

export const listEvents = defineRoute({
  ...{ method: 'GET', path: '/v1/events', tag, operationId: 'listEvents' },
  summary: 'Everything that was recorded of the workspace: who did what, when, on whose behalf, from what.',
  description:
    'Refusals are events too (`AccessDenied`). As NDJSON or CSV it is all of it in one answer that is sent while it is read; `limit` is not looked at then. An event that is not what was written is shown without its data: `broken` says what is wrong with it.',
  query: z.strictObject({
    limit,
    cursor,
    sort: z
      .enum(['position', '-position'])
      .default('-position')
      .meta({ description: 'Oldest or newest first.', example: '-position' }),
    format: z
      .enum(['json', 'ndjson', 'csv'])
      .default('json')
      .meta({ description: 'A page, or all of it as one document per line, or as a table.', example: 'csv' }),
    stream: name.meta({ description: 'Only this stream.', example: `recording-${EXAMPLE.id}` }),
    category: name.meta({ description: 'Only streams of this category.', example: 'report' }),
    type: z.enum(TYPES).optional().meta({ description: 'Only this type.', example: 'AudioUploaded' }),
    actor: name.meta({
      description: 'Id of a key or of a member, or name of a saga.',
      example: 'recording-saga',
    }),
    correlation: name.meta({ description: 'Only what came of this request.', example: EXAMPLE.otherId }),
    recording: z.uuid().optional().meta({ description: 'Only about this recording.', example: EXAMPLE.id }),
    from: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Recorded then or later.', example: EXAMPLE.moment }),
    before: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Recorded before then.', example: EXAMPLE.moment }),
    since: z
      .string()
      .optional()
      .meta({ description: 'Only after this log position.', example: EXAMPLE.position }),
    after,
  }),
  answers: [
    {
      status: 200,
      description: 'A page, or everything.',
      content: [
        {
          type: json,
          schema: z.object({ events: z.array(trailEntry), next }).meta({ id: 'EventsPage' }),
          example: { ...TRAIL, next: null },
        },
        { type: 'application/x-ndjson', example: `${JSON.stringify(TRAIL.events[0])}\n` },
        { type: 'text/csv', example: 'id,position,recordedAt,type\r\n' },
      ],
    },
    pendingAnswer,
    notModified,
  ],
  problems: ['invalid-cursor', 'invalid-after'],
});

/** Empty of an event that was altered so that it no longer says when. */
const recordedAt = z.union([moment, z.literal('')]);

const node = z.looseObject({ id: z.uuid(), type: z.string(), recordedAt }).meta({
  id: 'TrailNode',
  description:
    'An event, with `jobs` and `effects` that it led to, down to the last; `broken` says what is wrong with one that was altered.',
});

export const getEvent = defineRoute({
  ...{ method: 'GET', path: '/v1/events/:id', tag, operationId: 'getEvent' },
  summary: 'One event: what led to it, and everything that followed from it.',
  description:
    'From the request on: command, events, jobs, and calls to models with model, prompt version, usage, cost and duration. Also across requests: what a batch did is under the request that began it. `cut` says that there is more than is shown: a batch of many recordings does not fit into one answer, and is seen further down from the last events shown.',
  params: { id: idParameter('Id of the event.') },
  query: z.strictObject({ after }),
  answers: [
    {
      status: 200,
      description: 'The event.',
      content: [
        {
          type: json,
          schema: z
            .object({
              event: trailEntry,
              requestId: z.string(),
              causes: z.array(z.object({ id: z.uuid(), type: z.string(), recordedAt })),
              consequences: node,
              cut: z.boolean(),
            })
            .meta({ id: 'EventWithItsRequest' }),
          example: {
            event: TRAIL.events[0],
            requestId: EXAMPLE.id,
            causes: [{ id: EXAMPLE.id, type: 'AudioUploaded', recordedAt: EXAMPLE.moment }],
            consequences: {
              ...{
                id: EXAMPLE.otherId,
                type: 'AudioSplit',
                recordedAt: EXAMPLE.moment,
                jobs: [],
                effects: [],
              },
            },
            cut: false,
          },
        },
      ],
    },
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const TRAIL_ROUTES = [listEvents, getEvent] as const;
