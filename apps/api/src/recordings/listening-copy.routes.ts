import { z } from 'zod';
import { idParameter, notModified } from '../contract/common';
import { AnswerSpec, defineRoute } from '../contract/route';

const tag = 'recordings';
const params = { id: idParameter('Id of the recording.') };
const json = 'application/json';
const rangeHeaders = {
  Range: { description: 'One range of bytes.', schema: z.string(), example: 'bytes=0-1023' },
  'If-Range': {
    description: 'ETag: the range only if the content is still the same.',
    schema: z.string(),
    example: '"9f86d0"',
  },
};

const beingMade = z.object({ status: z.literal('pending'), detail: z.string() }).meta({
  id: 'ListeningCopyPending',
  description: 'The listening copy and its waveform are being made.',
});

const pending: AnswerSpec = {
  status: 202,
  description:
    'It is being made. A recording that has none gets one by this request. Ask again after the seconds in `Retry-After`.',
  content: [
    {
      type: json,
      schema: beingMade,
      example: { status: 'pending', detail: 'The listening copy is being made. Ask again soon.' },
    },
  ],
  headers: { 'Retry-After': 'Seconds to wait.' },
};

const peaks = z
  .object({
    version: z.literal(2),
    channels: z.literal(1),
    sample_rate: z.number().int().meta({ description: 'Samples per second.' }),
    samples_per_pixel: z.number().int().meta({ description: 'Samples that a point stands for.' }),
    bits: z.literal(8),
    length: z.number().int().meta({ description: 'Number of points; at most 72,000.' }),
    data: z.array(z.number().int().min(-128).max(127)).meta({
      description: 'Lowest and highest sample of each point in turn.',
    }),
  })
  .meta({ id: 'Peaks', description: 'Waveform in the JSON format of BBC audiowaveform, version 2.' });

const problems = [
  'range-not-satisfiable',
  'original-missing',
  'listening-copy-failed',
  'recording-failed',
  'recording-cancelled',
  'erased',
] as const;

export const getListeningCopy = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/listening-copy', tag, operationId: 'getListeningCopy' },
  summary: 'The audio for listening, in a format that every browser plays.',
  description:
    'AAC in MP4, mono, on the clock of the transcript: a time in the transcript is the same time here. Made once transcription has begun; until then, and for recordings of earlier versions, the first request has it made. Also in ranges (RFC 9110).',
  params,
  headers: rangeHeaders,
  answers: [
    {
      status: 200,
      description: 'All of it.',
      content: [{ type: 'audio/mp4', example: '(bytes)' }],
      headers: { ETag: 'Of its content.', 'Accept-Ranges': 'bytes.' },
    },
    {
      status: 206,
      description: 'The range.',
      content: [{ type: 'audio/mp4', example: '(bytes)' }],
      headers: { 'Content-Range': 'Which bytes of how many.' },
    },
    pending,
    notModified,
  ],
  problems,
});

export const getPeaks = defineRoute({
  ...{ method: 'GET', path: '/v1/recordings/:id/peaks', tag, operationId: 'getPeaks' },
  summary: 'The waveform of the listening copy.',
  description:
    'Twenty points a second, fewer for recordings longer than an hour. Made with the listening copy.',
  params,
  answers: [
    {
      status: 200,
      description: 'The waveform.',
      content: [
        {
          type: json,
          schema: peaks,
          example: {
            ...{ version: 2, channels: 1, sample_rate: 48_000, samples_per_pixel: 2_400 },
            ...{ bits: 8, length: 2, data: [-12, 15, -90, 87] },
          },
        },
      ],
      headers: { ETag: 'Of its content.' },
    },
    pending,
    notModified,
  ],
  problems,
});

export const LISTENING_COPY_ROUTES = [getListeningCopy, getPeaks] as const;
