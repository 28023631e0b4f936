import { Body, Controller, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { PassageHit, SearchPassages } from '@voxpersona/projections';
import { Response } from 'express';
import { z } from 'zod';
import { ApiKeyGuard, Owner } from '../auth/api-key.guard';
import { NotYet, ReadAfter } from '../http/read-after';
import { validate } from '../http/validate';
import * as docs from './search.openapi';

export const searchSchema = z.strictObject({
  query: z.string().trim().min(1).max(2_000),
  limit: z.number().int().min(1).max(50).default(10),
  sources: z
    .array(z.enum(['transcript', 'report']))
    .min(1)
    .optional(),
  recordingIds: z.array(z.uuid()).min(1).max(1_000).optional(),
});

@ApiTags('search')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('v1/search')
export class SearchController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
  ) {}

  @Post()
  @HttpCode(200)
  @docs.Search()
  async search(
    @Owner() owner: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
    @Query('after') after?: string,
  ): Promise<{ hits: PassageHit[] } | NotYet> {
    const { query, limit, recordingIds, sources } = validate(searchSchema, body, 'body');
    const notYet = await this.readAfter.wait(after, ['passages', 'recordings', 'vector-index']);
    if (notYet) {
      response.status(202).set('Retry-After', '1');
      return notYet;
    }
    return {
      hits: await this.queries.execute(new SearchPassages(owner, query, limit, recordingIds, sources)),
    };
  }
}
