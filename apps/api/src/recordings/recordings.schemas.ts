import {
  CHANNEL_MODES,
  DETAIL_ORDER,
  MAX_SEPARATE_CHANNELS,
  MIXED_REASONS,
  RECORDING_STAGES,
  SCENARIOS,
} from '@voxpersona/domain';
import { z } from 'zod';
import { moment } from '../contract/common';

const seconds = z.number().min(0).meta({ description: 'Seconds from the start of the recording.' });

const channel = z.number().int().min(1).nullable().meta({
  description:
    'Number of the channel, 1 for the first: the one whose speaker is `Channel 1`. Null: all of them, or the channels are mixed.',
});

export const RECORDING_STATUSES = [
  'processing',
  'ready',
  'no_speech',
  'cancelled',
  'failed',
  'erasing',
  'erased',
] as const;
export const REPORT_STATUSES = ['writing', 'completed', 'failed', 'cancelled'] as const;

const gap = z
  .object({ chunkIndex: z.number().int(), start: seconds, end: seconds, code: z.string(), channel })
  .meta({
    id: 'Gap',
    description:
      'A stretch that is not transcribed, and why: a fault of a provider, `text_on_silence`, `repetition`, `stock_phrase`, `recogniser_stopped` (the answer ends although the audio continues) or `not_recognised` (sound for which there is no text).',
  });

const removed = z
  .object({
    chunkIndex: z.number().int(),
    start: seconds,
    end: seconds,
    code: z.string(),
    text: z.string(),
    channel,
  })
  .meta({
    id: 'RemovedText',
    description:
      'Text of the recogniser that is not in the transcript, and the rule that removed it: `text_on_silence`, `repetition`, ' +
      '`stock_phrase`, `non_speech_marker` (such as "[music]") or `duplicate` (the recogniser sent the same text for the same time twice).',
  });

export const details = z.record(z.string(), z.string()).meta({
  id: 'Details',
  description: `What the sender says of the recording: ${DETAIL_ORDER.join(', ')}, and whatever else they name. Names and dates are normalised.`,
});

const missing = z
  .array(z.enum(DETAIL_ORDER))
  .meta({ description: 'Details that this scenario needs and that are not there, in the usual order.' });

export const links = z
  .object({
    self: z.string(),
    transcript: z.string(),
    audio: z.string(),
    listeningCopy: z.string(),
    peaks: z.string(),
    progress: z.string(),
    events: z.string(),
  })
  .meta({ id: 'RecordingLinks' });

const listeningCopy = z
  .discriminatedUnion('status', [
    z.object({ status: z.literal('none') }),
    z.object({ status: z.literal('pending') }),
    z.object({ status: z.literal('ready'), sizeBytes: z.number().int(), durationSeconds: seconds }),
    z.object({ status: z.literal('failed'), code: z.string() }),
  ])
  .meta({
    id: 'ListeningCopy',
    description:
      '`none`: it is made once transcription has begun, or on its first request. `pending`: it is being made. `failed`: it could not be made; a retry of the recording has it made again. Nothing else depends on it.',
  });

export const recording = z
  .object({
    id: z.uuid(),
    status: z.enum(RECORDING_STATUSES),
    stage: z.enum(['splitting', 'transcribing', 'assembling', 'indexing', 'done']),
    searchable: z.boolean().meta({
      description:
        'The current transcript can be found by words and by vectors. A recording is `ready` only then.',
    }),
    fileName: z.string().nullable(),
    scenario: z.enum(SCENARIOS),
    language: z
      .string()
      .nullable()
      .meta({ description: 'As given, else as heard; null while it is not known.' }),
    channels: z
      .object({
        requested: z.enum(CHANNEL_MODES).meta({ description: 'By the upload, its link or the workspace.' }),
        used: z
          .enum(CHANNEL_MODES)
          .nullable()
          .meta({ description: 'How the channels are transcribed; null until the audio is split.' }),
        mixedBecause: z
          .enum(MIXED_REASONS)
          .nullable()
          .meta({
            description:
              'Why channels that were requested separately are mixed: the file has one channel, all of its channels carry the ' +
              `same sound, or there are more than ${MAX_SEPARATE_CHANNELS}. Otherwise null.`,
          }),
      })
      .meta({
        description: '`separate`: each channel is transcribed by itself and is a speaker of its own.',
      }),
    details: details.nullable(),
    missing,
    sizeBytes: z.number().int(),
    sha256: z.string(),
    audio: z.object({
      durationSeconds: seconds,
      container: z.string(),
      codec: z.string(),
      sampleRate: z.number().int(),
      channels: z.number().int(),
      endsEarly: z
        .object({ declaredSeconds: z.number().min(0).nullable() })
        .nullable()
        .meta({
          description:
            'The file was cut off; null: it was not. `declaredSeconds` is the length that the file states, null where it states none. What is missing is a gap `missing_in_file`.',
        }),
      longerThanDeclared: z
        .object({ declaredSeconds: z.number().min(0) })
        .nullable()
        .meta({
          description: 'The file holds more audio than it states; all of it is transcribed. Otherwise null.',
        }),
      tracks: z
        .array(
          z.object({
            codec: z.string(),
            channels: z.number().int(),
            language: z.string().nullable(),
            title: z.string().nullable(),
            chosen: z.boolean().meta({ description: 'This track is the one that is transcribed.' }),
          }),
        )
        .meta({
          description:
            'Audio tracks in the order of the file. Empty for recordings uploaded before tracks were recorded.',
        }),
    }),
    listeningCopy,
    uploadedAt: moment,
    updatedAt: moment,
    chunks: z.object({ total: z.number().int(), done: z.number().int(), failed: z.number().int() }),
    gaps: z.array(gap),
    removed: z
      .array(removed)
      .optional()
      .meta({ description: 'Text that was left out of the transcript. Not in lists.' }),
    failures: z.array(
      z.object({
        stage: z.enum(RECORDING_STAGES),
        code: z.string(),
        provider: z.string().nullable(),
        requestId: z.string().nullable().meta({ description: "The provider's." }),
      }),
    ),
    transcript: z.object({ version: z.number().int(), wordCount: z.number().int() }).nullable(),
    reports: z.array(
      z.object({
        id: z.uuid(),
        type: z.string(),
        transcriptVersion: z.number().int(),
        status: z.enum(REPORT_STATUSES),
        current: z.boolean().meta({
          description: 'The newest that is complete, of its type and language, and was not rejected.',
        }),
        rejected: z.boolean().meta({ description: 'Somebody wanted the one before.' }),
      }),
    ),
    cost: z.object({
      usd: z.number(),
      callsOfUnknownPrice: z.number().int(),
    }),
    links,
  })
  .meta({ id: 'Recording' });

export const uploadAnswer = z
  .object({
    id: z.uuid(),
    duplicate: z.boolean().meta({ description: 'This audio was here already, under this id. See `merged`.' }),
    restored: z.boolean().meta({
      description:
        'This audio was here already, but its original was missing: this file is the original now.',
    }),
    merged: z
      .object({
        details: z
          .array(z.string())
          .meta({ description: 'Names of the details that were added or changed.' }),
        otherLanguage: z.string().nullable().meta({
          description:
            "The language that was given, where it is not the recording's. To transcribe in it: `POST /v1/recordings/:id/retranscribe`.",
        }),
        otherChannels: z.enum(CHANNEL_MODES).nullable().meta({
          description:
            "The `channels` that were given, where they are not the recording's. To have them used, erase the recording and send the file again.",
        }),
      })
      .optional()
      .meta({ description: 'Only of audio that was here already: what became of the details sent with it.' }),
    position: z.string().meta({ description: 'Log position; give it as `after`.' }),
    links,
  })
  .meta({ id: 'UploadAnswer' });

export const transcript = z
  .object({
    recordingId: z.uuid(),
    version: z.number().int(),
    language: z.string().nullable(),
    lines: z.array(
      z.object({
        start: seconds,
        end: seconds,
        text: z.string(),
        speaker: z.string().nullable().meta({
          description:
            '`Channel 1`, `Channel 2` and so on where the channels are transcribed separately; else null.',
        }),
        timesEstimated: z.literal(true).optional().meta({
          description: 'The recogniser gave no usable times for this line; these are estimates.',
        }),
      }),
    ),
    gaps: z.array(gap),
    wordCount: z.number().int(),
  })
  .meta({ id: 'Transcript' });

export const detailsResource = z
  .object({ scenario: z.enum(SCENARIOS), details, missing, version: z.number().int().min(0) })
  .meta({ id: 'RecordingDetails', description: 'The details, and how often they were changed.' });

const changes = z
  .record(z.string().min(1).max(100), z.string().max(2_000).nullable())
  .refine((given) => Object.keys(given).length <= 50, 'at most 50 details');

/** A merge patch of the details alone, whatever they are named. */
export const detailsPatch = changes.meta({
  id: 'DetailsPatch',
  description: 'A merge patch (RFC 7396): null removes a detail.',
});

/** A merge patch of the whole resource: no detail is an object, so the two cannot be taken for each other. */
export const scenarioPatch = z
  .strictObject({ scenario: z.enum(SCENARIOS).optional(), details: changes })
  .meta({ id: 'ScenarioPatch', description: 'The scenario too; `details` as in a patch of details alone.' });

export const detailsChange = z.union([scenarioPatch, detailsPatch]).meta({
  id: 'DetailsChange',
  description: 'Where `details` is an object, the scenario may change too; else these are the details.',
});

export const commission = z
  .strictObject({
    type: z.string().min(1).max(100).meta({ description: 'A report type of the catalogue.' }),
    language: z
      .string()
      .regex(/^[a-z]{2}$/, 'must be a two-letter ISO 639-1 code such as "en", or be left out')
      .nullable()
      .default(null)
      .meta({ description: "ISO 639-1; left out: the transcript's own." }),
    again: z.boolean().optional().meta({
      description: 'Written once more beside the one that is there, by the model and the prompts of now.',
    }),
  })
  .meta({ id: 'ReportCommission' });

export const retranscription = z
  .strictObject({
    language: z
      .string()
      .regex(/^[a-z]{2}$/, 'must be a two-letter ISO 639-1 code such as "en", or be left out')
      .nullable()
      .default(null)
      .meta({ description: 'Of the speech, ISO 639-1; left out: as it is known already.' }),
  })
  .meta({ id: 'Retranscription' });

export const commissioned = z
  .object({
    id: z.uuid(),
    existing: z.boolean().meta({ description: 'This report was there already, or is being written.' }),
    position: z.string(),
    links: z.object({ self: z.string() }),
  })
  .meta({ id: 'CommissionedReport' });

/** An event as auditors read it. */
export const trailEntry = z
  .object({
    id: z.uuid(),
    type: z.string(),
    stream: z.string(),
    revision: z.number().int(),
    position: z.string().meta({ description: 'Place in the whole log, digits.' }),
    metadata: z
      .looseObject({})
      .meta({ description: 'Who, why and from what, with the link to the event before.' }),
    data: z.looseObject({}).optional().meta({
      description:
        'Once erased, what was personal reads {"$erased": true}. Left out where the event was altered.',
    }),
    broken: z.string().optional().meta({
      description:
        'Only of an event that is not what was written: what is wrong with it. See `vox audit verify`.',
    }),
  })
  .meta({ id: 'TrailEntry' });
export const trail = z.object({ events: z.array(trailEntry) }).meta({ id: 'Trail' });
