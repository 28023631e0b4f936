import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ProblemResponses } from '../http/openapi';

export const One = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary: 'A report: its parts as far as they are written, each with what wrote it.' }),
    ApiParam({ name: 'id', description: 'Id of the report', schema: { type: 'string', format: 'uuid' } }),
    ApiQuery({ name: 'format', required: false, enum: ['json', 'markdown'] }),
    ApiQuery({ name: 'after', required: false, description: 'A log position: wait until it can be read.' }),
    ApiProduces('application/json', 'text/markdown'),
    ApiResponse({ status: 200, description: 'The report.' }),
    ApiResponse({ status: 202, description: 'Recorded, but not yet to be read.' }),
    ProblemResponses('invalid-request', 'not-found', 'invalid-after'),
  );
