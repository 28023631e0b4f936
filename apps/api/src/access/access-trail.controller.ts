import { Controller, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { AccessTrailEntry, ListAccessTrail } from '@voxpersona/projections';
import { Response } from 'express';
import { Owner } from '../auth/caller';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { pending, ReadAfter } from '../http/read-after';
import { validateQuery } from '../http/validate';
import { listAccessEvents } from './access.routes';

const SORT = '-position';

@Controller()
export class AccessTrailController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(listAccessEvents)
  async list(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, type, after } = validateQuery(listAccessEvents.query, query);
    const notYet = await this.readAfter.wait(after, ['access-trail']);
    if (notYet) return pending(response, notYet);
    const page = { owner, limit, after: parseCursor(cursor, SORT) };
    const { rows, next } = await this.queries.execute(new ListAccessTrail(page, type ?? null));
    return { events: rows.map(toResource), next: formatCursor(next, SORT) };
  }
}

function toResource({ owner: _, ...entry }: AccessTrailEntry): object {
  return entry;
}
