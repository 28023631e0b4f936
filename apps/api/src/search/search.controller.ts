import { Body, Controller, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { PassageHit, SearchPassages } from '@voxpersona/projections';
import { Response } from 'express';
import { Owner } from '../auth/caller';
import { Handles } from '../contract/handles';
import { NotYet, pending, ReadAfter } from '../http/read-after';
import { validate, validateQuery } from '../http/validate';
import { searchPassages } from './search.routes';

@Controller()
export class SearchController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(searchPassages)
  async search(
    @Owner() owner: string,
    @Body() body: unknown,
    @Query() given: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ hits: PassageHit[] } | NotYet> {
    const { query, limit, recordingIds, sources } = validate(searchPassages.body.schema, body, 'body');
    const { after } = validateQuery(searchPassages.query, given);
    const notYet = await this.readAfter.wait(after, ['passages', 'recordings', 'vector-index']);
    if (notYet) return pending(response, notYet);
    return {
      hits: await this.queries.execute(new SearchPassages(owner, query, limit, recordingIds, sources)),
    };
  }
}
