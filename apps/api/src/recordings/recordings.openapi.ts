import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { SCENARIOS } from '@voxpersona/domain';
import { ProblemResponses } from '../http/openapi';

const id = ApiParam({
  name: 'id',
  description: 'Id of the recording',
  schema: { type: 'string', format: 'uuid' },
});
const after = ApiQuery({
  name: 'after',
  required: false,
  description:
    'A log position that an earlier answer gave: wait until what was recorded up to it can be read.',
});
const pending = ApiResponse({ status: 202, description: 'Recorded, but not yet to be read.' });
const accepted = ApiResponse({
  status: 202,
  description: 'Accepted; the answer carries the log position for `after`.',
});

export const Upload = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Send a recording: any audio, or a video with sound, that ffmpeg reads.' }),
    ApiConsumes('multipart/form-data'),
    ApiBody({
      schema: {
        type: 'object',
        required: ['file'],
        properties: {
          file: { type: 'string', format: 'binary' },
          scenario: { type: 'string', enum: [...SCENARIOS], default: 'interview' },
          language: { type: 'string', description: 'ISO 639-1; left out: detected', example: 'en' },
          details: {
            type: 'string',
            description: 'JSON object of texts',
            example: '{"client":"Ann","city":"Bonn"}',
          },
          reports: { type: 'string', description: 'Report types, separated by commas', default: 'summary' },
        },
      },
    }),
    accepted,
    ApiResponse({ status: 200, description: 'This audio is here already; the answer names its recording.' }),
    ProblemResponses(
      'invalid-request',
      'invalid-file-name',
      'not-multipart',
      'too-large',
      'empty-file',
      'not-audio',
      'no-sound',
      'truncated',
      'audio-too-long',
      'audio-too-short',
    ),
  );

export const List = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Your recordings, newest first.' }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    }),
    ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before.' }),
    after,
    pending,
    ApiResponse({ status: 200, description: 'A page; `next` is null on the last one.' }),
    ProblemResponses('invalid-request', 'invalid-after'),
  );

export const One = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'A recording: status, stage, chunks, gaps with their reasons, reports, cost.' }),
    id,
    after,
    pending,
    ApiResponse({ status: 200, description: 'The recording.' }),
    ProblemResponses('not-found', 'erased', 'invalid-after'),
  );

export const Transcript = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'The transcript, with gaps in their places.' }),
    id,
    ApiQuery({ name: 'format', required: false, enum: ['json', 'text', 'srt', 'vtt'] }),
    after,
    pending,
    ApiProduces('application/json', 'text/plain', 'application/x-subrip', 'text/vtt'),
    ApiResponse({ status: 200, description: 'The transcript.' }),
    ProblemResponses(
      'invalid-request',
      'not-found',
      'no-speech-found',
      'transcript-not-ready',
      'recording-failed',
      'erased',
      'invalid-after',
    ),
  );

export const Events = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Every event of a recording and its reports, with who, why and from what.' }),
    id,
    after,
    pending,
    ApiResponse({ status: 200, description: 'The events in the order of the log.' }),
    ProblemResponses('not-found', 'invalid-after'),
  );

export const Retry = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Go on with what failed, and only with that.' }),
    id,
    accepted,
    ProblemResponses('not-found', 'nothing-to-retry', 'erased'),
  );

export const Erase = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Erase a recording and everything that stands on it. There is no way back.' }),
    id,
    accepted,
    ProblemResponses('not-found'),
  );
