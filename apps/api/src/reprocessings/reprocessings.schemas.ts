import { SCENARIOS } from '@voxpersona/domain';
import { z } from 'zod';
import { moment, next, position } from '../contract/common';
import { RECORDING_STATUSES } from '../recordings/recordings.schemas';

const languageCode = z
  .string()
  .regex(/^[a-z]{2}$/, 'must be a two-letter ISO 639-1 code such as "en", or be left out')
  .nullable()
  .default(null);

const what = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('retranscribe'),
      language: languageCode.meta({
        description: 'Of the speech, ISO 639-1; left out: as it is known already.',
      }),
    }),
    z.strictObject({
      kind: z.literal('report'),
      reportType: z.string().min(1).max(100).meta({ description: 'A report type of the catalogue.' }),
      language: languageCode.meta({ description: "ISO 639-1; left out: the transcript's own." }),
    }),
  ])
  .meta({ id: 'ReprocessingWork', description: 'What is done again with every recording.' });

const filter = z
  .strictObject({
    status: z
      .array(z.enum(RECORDING_STATUSES))
      .min(1)
      .optional()
      .meta({ description: 'Any of these; left out: ready.' }),
    scenario: z.enum(SCENARIOS).optional(),
    language: z.string().min(2).max(8).optional(),
    uploadedFrom: moment.optional().meta({ description: 'Not before.' }),
    uploadedBefore: moment.optional().meta({ description: 'Before.' }),
    fileName: z.string().min(1).max(255).optional().meta({ description: "Part of the file's name." }),
  })
  .meta({ id: 'ReprocessingFilter', description: 'Which recordings; everything that is given must hold.' });

const maxCostUsd = z.number().min(0).max(1_000_000).optional().meta({
  description:
    'Refused where the forecast is higher. Recordings whose price is not known are in no forecast; see how many there are.',
});

export const reprocessingRequest = z
  .strictObject({ what, filter: filter.default({}), maxCostUsd })
  .meta({ id: 'ReprocessingRequest' });

export const forecast = z
  .object({
    recordings: z.number().int(),
    audioSeconds: z.number(),
    costUsd: z
      .number()
      .nullable()
      .meta({ description: 'Of the recordings whose price is known; null when it is known for none.' }),
    recordingsOfUnknownPrice: z.number().int(),
  })
  .meta({
    id: 'ReprocessingForecast',
    description:
      'By what the same recordings cost before, per second or per token. Reports that a new transcript brings along by itself are not in it.',
  });

const links = z.object({ self: z.string() });

export const reprocessingBegun = z
  .object({ id: z.uuid(), forecast, position, links })
  .meta({ id: 'ReprocessingBegun' });

const summary = {
  id: z.uuid(),
  what,
  status: z.enum(['running', 'paused', 'cancelled', 'finished']),
  forecast,
  progress: z.object({
    total: z.number().int(),
    asked: z.number().int().meta({ description: 'Asked so far, those that are through included.' }),
    done: z.number().int(),
    failed: z.number().int(),
    share: z.number().meta({ description: 'Of the recordings that are through, 0 to 1.' }),
    secondsLeft: z
      .number()
      .nullable()
      .meta({ description: 'By how long it took so far; null where nothing can be said.' }),
  }),
  verdicts: z.object({
    open: z.number().int(),
    accepted: z.number().int(),
    rejected: z.number().int(),
  }),
  cost: z.object({ usd: z.number(), recordingsOfUnknownPrice: z.number().int() }),
  requestedAt: moment,
  updatedAt: moment,
  links,
};

const item = z
  .object({
    recordingId: z.uuid(),
    status: z.enum(['waiting', 'started', 'finished', 'failed']),
    verdict: z.enum(['open', 'accepted', 'rejected']),
    result: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('transcript'), transcriptVersion: z.number().int() }),
        z.object({ kind: z.literal('report'), reportId: z.uuid() }),
      ])
      .nullable()
      .meta({ description: 'What came of it, beside what was there.' }),
    code: z.string().nullable().meta({ description: 'Why it failed.' }),
    costUsd: z.number().nullable(),
    startedAt: moment.nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: 'ReprocessingItem' });

export const reprocessingSummary = z.object(summary).meta({ id: 'ReprocessingSummary' });
export const reprocessingsPage = z
  .object({ reprocessings: z.array(reprocessingSummary), next })
  .meta({ id: 'ReprocessingsPage' });
export const reprocessing = z
  .object({ ...summary, items: z.array(item), next })
  .meta({ id: 'Reprocessing', description: 'A batch, and a page of its recordings.' });
