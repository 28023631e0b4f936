import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ProblemResponses } from '../http/openapi';

export const Search = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'Find passages of transcripts and reports, by words and by vectors.' }),
    ApiBody({
      schema: {
        type: 'object',
        required: ['query'],
        properties: {
          query: { type: 'string', maxLength: 2_000, example: 'What was wrong with the air conditioning?' },
          limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
          sources: { type: 'array', items: { type: 'string', enum: ['transcript', 'report'] } },
          recordingIds: { type: 'array', items: { type: 'string', format: 'uuid' } },
        },
      },
    }),
    ApiQuery({ name: 'after', required: false, description: 'A log position: wait until it can be found.' }),
    ApiResponse({ status: 200, description: 'Passages, best first, each with its recording and its times.' }),
    ApiResponse({ status: 202, description: 'Recorded, but not yet to be found.' }),
    ProblemResponses('invalid-request', 'invalid-after'),
  );
