import { CHANNEL_MODES, MAX_SEPARATE_CHANNELS, SCENARIOS } from '@voxpersona/domain';
import { RECORDING_SORTS } from '@voxpersona/projections';
import { z } from 'zod';
import {
  AS_OF_PROBLEMS,
  asOf,
  after,
  cursor,
  EXAMPLE,
  idParameter,
  limit,
  moment,
  next,
  notModified,
  pendingAnswer,
  recordedAnswer,
} from '../contract/common';
import { defineRoute } from '../contract/route';
import {
  DETAILED_RECORDING,
  DETAILS,
  RECORDING,
  SRT,
  TRAIL,
  TRANSCRIPT,
  UPLOADED,
} from './recordings.examples';
import {
  retranscription,
  detailsChange,
  detailsResource,
  recording,
  RECORDING_STATUSES,
  trail,
  transcript,
  uploadAnswer,
} from './recordings.schemas';

const tag = 'recordings';
const params = { id: idParameter('Id of the recording.') };
const json = 'application/json';
const ETAG = { ETag: 'Changes when the answer does; give it back as `If-None-Match`.' };

const uploadForm = z
  .object({
    file: z
      .string()
      .meta({ format: 'binary', description: 'Any audio, or a video with sound, that ffmpeg reads.' }),
    scenario: z.enum(SCENARIOS).default('interview'),
    language: z.string().optional().meta({ description: 'ISO 639-1; left out: detected.' }),
    channels: z
      .enum(CHANNEL_MODES)
      .optional()
      .meta({
        description:
          '`separate` transcribes each channel by itself and makes it a speaker of its own, for calls that have a channel per ' +
          `side. A file with one channel, with channels that all carry the same sound or with more than ${MAX_SEPARATE_CHANNELS} ` +
          'channels is mixed all the same, and its recording says why. Left out: as the workspace has it.',
      }),
    details: z.string().optional().meta({ description: 'JSON object of texts; see Details.' }),
    reports: z.string().default('summary').meta({ description: 'Report types, separated by commas.' }),
  })
  .meta({ id: 'UploadForm' });

const uploadProblems = [
  'invalid-request',
  'invalid-file-name',
  'invalid-details',
  'unknown-report-type',
  'not-multipart',
  'not-json',
  'too-large',
  'empty-file',
  'not-audio',
  'no-sound',
  'truncated',
  'audio-too-long',
  'audio-too-short',
] as const;

export const uploadRecording = defineRoute({
  ...{ method: 'POST', path: '/v1/recordings', tag, operationId: 'uploadRecording' },
  summary: 'Send a recording.',
  description:
    'The content of a file decides what it is; its name and declared type do not. Sending the same file again is safe: it makes no second recording. Where the audio of a recording is missing from the object store, sending it again restores it.',
  idempotency: 'upload',
  body: {
    type: 'multipart/form-data',
    schema: uploadForm,
    example: { file: '(bytes)', scenario: 'interview', details: '{"client":"Ann"}', reports: 'summary' },
  },
  answers: [
    {
      status: 202,
      description: 'Accepted, and kept whatever happens now. The answer names its recording.',
      content: [{ type: json, schema: uploadAnswer, example: UPLOADED }],
      headers: { Location: 'The recording.' },
    },
    {
      status: 200,
      description: 'This audio is here already; the answer names its recording.',
      content: [{ type: json, schema: uploadAnswer, example: { ...UPLOADED, duplicate: true } }],
      headers: { Location: 'The recording.' },
    },
  ],
  problems: uploadProblems,
});

/** `a,b` or repeated: `status=a&status=b`. */
const statuses = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat().flatMap((one) => one.split(',')))
  .pipe(z.array(z.enum(RECORDING_STATUSES)).min(1))
  .optional();

export const listRecordings = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings', tag, operationId: 'listRecordings' },
  summary: 'Your recordings, page by page.',
  query: z.strictObject({
    limit,
    cursor,
    sort: z
      .enum(RECORDING_SORTS.flatMap((sort) => [sort, `-${sort}`] as const))
      .default('-uploadedAt')
      .meta({ description: 'A minus sorts from the last to the first.', example: '-uploadedAt' }),
    status: statuses.meta({ description: 'Any of these, with commas between.', example: 'ready' }),
    scenario: z
      .enum(SCENARIOS)
      .optional()
      .meta({ description: 'Kind of conversation.', example: 'interview' }),
    language: z
      .string()
      .min(2)
      .max(8)
      .optional()
      .meta({ description: 'Language of the speech.', example: 'en' }),
    uploadedFrom: moment.optional().meta({ description: 'Not before.', example: EXAMPLE.moment }),
    uploadedBefore: moment.optional().meta({ description: 'Before.', example: EXAMPLE.moment }),
    fileName: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: "Part of the file's name.", example: 'interview' }),
    after,
  }),
  answers: [
    {
      status: 200,
      description: 'A page; `next` is null on the last one.',
      content: [
        {
          type: json,
          schema: z.object({ recordings: z.array(recording), next }).meta({ id: 'RecordingsPage' }),
          example: { recordings: [RECORDING], next: null },
        },
      ],
      headers: ETAG,
    },
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const getRecording = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id', tag, operationId: 'getRecording' },
  summary: 'A recording: status, stage, chunks, gaps with their reasons, reports, cost.',
  params,
  query: z.strictObject({ after, asOf }),
  answers: [
    {
      status: 200,
      description: 'The recording.',
      content: [{ type: json, schema: recording, example: DETAILED_RECORDING }],
      headers: ETAG,
    },
    pendingAnswer,
    notModified,
  ],
  problems: [...AS_OF_PROBLEMS, 'erased'],
});

export const eraseRecording = defineRoute({
  ...{ method: 'DELETE', path: '/v1/recordings/:id', tag, operationId: 'eraseRecording' },
  summary: 'Erase a recording and everything that stands on it.',
  description: 'There is no way back. What is left is a skeleton that proves that it was there.',
  params,
  answers: [recordedAnswer(202, 'Decided and in the log; the data is being deleted.')],
  problems: [],
});

export const getTranscript = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/transcript', tag, operationId: 'getTranscript' },
  summary: 'The transcript, with gaps in their places.',
  params,
  query: z.strictObject({
    format: z
      .enum(['json', 'text', 'srt', 'vtt'])
      .default('json')
      .meta({ description: 'Shape of the answer.', example: 'srt' }),
    version: z.coerce.number().int().min(1).optional().meta({
      description: 'An earlier transcript of this recording; the newest when left out.',
      example: 1,
    }),
    after,
    asOf,
  }),
  answers: [
    {
      status: 200,
      description: 'The transcript.',
      content: [
        { type: json, schema: transcript, example: TRANSCRIPT },
        { type: 'text/plain', example: '[00:00:00] Good evening, what was the room like?\n' },
        { type: 'application/x-subrip', example: SRT },
        { type: 'text/vtt', example: `WEBVTT\n\n${SRT.slice(2).replaceAll(',', '.')}` },
      ],
      headers: ETAG,
    },
    pendingAnswer,
    notModified,
  ],
  problems: [
    ...AS_OF_PROBLEMS,
    'no-speech-found',
    'transcript-not-ready',
    'recording-failed',
    'recording-cancelled',
    'erased',
  ],
});

export const getAudio = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/audio', tag, operationId: 'getAudio' },
  summary: 'The audio as it was sent, or a clip of it.',
  description:
    'Without `from` and `to` the original, also in ranges (RFC 9110). With them a clip, cut and encoded anew, with its true length in its header. Clips are cut from the listening copy once there is one: then they need no original.',
  params,
  headers: {
    Range: { description: 'One range of bytes.', schema: z.string(), example: 'bytes=0-1023' },
    'If-Range': {
      description: 'ETag: the range only if it is still this audio.',
      schema: z.string(),
      example: '"9f86d0"',
    },
  },
  query: z.strictObject({
    from: z.coerce
      .number()
      .min(0)
      .optional()
      .meta({ description: 'Seconds; 0 when left out.', example: 12.5 }),
    to: z.coerce
      .number()
      .min(0)
      .optional()
      .meta({ description: 'Seconds; the end when left out.', example: 20 }),
    format: z
      .enum(['mp3', 'ogg', 'wav'])
      .optional()
      .meta({ description: 'Of a clip; mp3 when left out.', example: 'mp3' }),
  }),
  answers: [
    {
      status: 200,
      description: 'All of it, or the clip.',
      content: [{ type: 'audio/*', example: '(bytes)' }],
      headers: { ETag: 'Of the original: its content.', 'Accept-Ranges': 'bytes, for the original.' },
    },
    {
      status: 206,
      description: 'The range.',
      content: [{ type: 'audio/*', example: '(bytes)' }],
      headers: { 'Content-Range': 'Which bytes of how many.' },
    },
    notModified,
  ],
  problems: ['invalid-clip', 'range-not-satisfiable', 'original-missing', 'erased'],
});

export const getDetails = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/details', tag, operationId: 'getDetails' },
  summary: 'What its sender says of the recording.',
  params,
  query: z.strictObject({ after }),
  answers: [
    {
      status: 200,
      description: 'The details.',
      content: [{ type: json, schema: detailsResource, example: DETAILS }],
      headers: { ETag: 'Give it back as `If-Match` to change just this.' },
    },
    pendingAnswer,
    notModified,
  ],
  problems: ['erased'],
});

export const changeDetails = defineRoute({
  ...{ method: 'PATCH', path: '/v1/recordings/:id/details', tag, operationId: 'changeDetails' },
  summary: 'Change details; null removes one.',
  params,
  headers: {
    'If-Match': {
      description: 'ETag of the details that the change stands on.',
      schema: z.string(),
      example: '"d1"',
    },
  },
  description:
    'Either the changed details alone, or `{"scenario": …, "details": {…}}`. All that cannot be taken is refused at once, field by field, and nothing is changed.',
  body: {
    type: json,
    schema: detailsChange,
    example: { scenario: 'interview', details: { city: 'Köln', client: null } },
  },
  answers: [
    {
      status: 200,
      description: 'The details as they are now.',
      content: [
        {
          type: json,
          schema: detailsResource.extend({ position: z.string() }).meta({ id: 'ChangedDetails' }),
          example: { ...DETAILS, position: EXAMPLE.position },
        },
      ],
      headers: { ETag: 'Of the details as they are now.' },
    },
  ],
  problems: ['invalid-details', 'precondition-failed', 'limit-reached', 'erased'],
});

export const getRecordingEvents = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/events', tag, operationId: 'getRecordingEvents' },
  summary: 'Every event of a recording and its reports: who, when, with which model, from which words.',
  description: 'Also of an erased recording: its skeleton stays provable.',
  params,
  query: z.strictObject({ after }),
  answers: [
    {
      status: 200,
      description: 'The events in the order of the log.',
      content: [{ type: json, schema: trail, example: TRAIL }],
      headers: ETAG,
    },
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const retryRecording = defineRoute({
  ...{ method: 'POST', path: '/v1/recordings/:id/retry', tag, operationId: 'retryRecording' },
  summary: 'Go on with what failed or was cancelled, and only with that.',
  description: 'A listening copy that could not be made is made again.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(202, 'It goes on.')],
  problems: ['nothing-to-retry', 'original-missing', 'erased'],
});

export const retranscribeRecording = defineRoute({
  ...{ method: 'POST', path: '/v1/recordings/:id/retranscribe', tag, operationId: 'retranscribeRecording' },
  summary: 'Have a recording transcribed once more, beside the transcript that is there.',
  description:
    'In another language, or by the recogniser that is configured by now. The new transcript has the next version; the one before stays, see `version` there, and so do the reports on it. What the same recogniser was asked already is not paid for again.',
  params,
  idempotency: 'answer',
  body: { type: json, schema: retranscription, example: { language: 'ru' } },
  answers: [recordedAnswer(202, 'It is being transcribed.')],
  problems: ['transcript-not-ready', 'still-processing', 'erased'],
});

export const cancelRecording = defineRoute({
  ...{ method: 'POST', path: '/v1/recordings/:id/cancel', tag, operationId: 'cancelRecording' },
  summary: 'Stop what is under way.',
  description:
    'What is there stays; `retry` goes on. Of a call to a model that is under way only its cost is recorded.',
  params,
  idempotency: 'answer',
  answers: [recordedAnswer(202, 'It stops.')],
  problems: ['nothing-to-cancel', 'erased'],
});

export const RECORDING_ROUTES = [
  uploadRecording,
  listRecordings,
  getRecording,
  eraseRecording,
  getTranscript,
  getAudio,
  getDetails,
  changeDetails,
  getRecordingEvents,
  retryRecording,
  retranscribeRecording,
  cancelRecording,
] as const;
