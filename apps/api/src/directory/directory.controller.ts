import { Controller, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ListPeople, ListPlaces } from '@voxpersona/projections';
import { Response } from 'express';
import { Owner } from '../auth/caller';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { pending, ReadAfter } from '../http/read-after';
import { validateQuery } from '../http/validate';
import { listPeople, listPlaces } from './directory.routes';

const SORT = 'used';

@Controller()
export class DirectoryController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(listPlaces)
  async places(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after, q } = validateQuery(listPlaces.query, query);
    const page = { owner, limit, after: parseCursor(cursor, SORT) };
    const notYet = await this.readAfter.wait(after, ['directory']);
    if (notYet) return pending(response, notYet);
    const { rows, next } = await this.queries.execute(new ListPlaces(page, { q }));
    return { places: rows, next: formatCursor(next, SORT) };
  }

  @Handles(listPeople)
  async people(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after, q, role } = validateQuery(listPeople.query, query);
    const page = { owner, limit, after: parseCursor(cursor, SORT) };
    const notYet = await this.readAfter.wait(after, ['directory']);
    if (notYet) return pending(response, notYet);
    const { rows, next } = await this.queries.execute(new ListPeople(page, { q, role }));
    return { people: rows, next: formatCursor(next, SORT) };
  }
}
