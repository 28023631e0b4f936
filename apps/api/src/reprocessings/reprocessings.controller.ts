import { Controller, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ReprocessingCommand } from '@voxpersona/domain';
import { Reprocessings, RequestContext } from '@voxpersona/pipeline';
import { GetReprocessing, ListReprocessingItems, ListReprocessings } from '@voxpersona/projections';
import { Response } from 'express';
import { Owner, Requested } from '../auth/caller';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validateId, validateQuery } from '../http/validate';
import { toItemResource, toReprocessingResource } from './reprocessing-resource';
import {
  acceptReprocessed,
  acceptReprocessing,
  cancelReprocessing,
  getReprocessing,
  listReprocessings,
  pauseReprocessing,
  rejectReprocessed,
  rejectReprocessing,
  resumeReprocessing,
} from './reprocessings.routes';

const BY_REQUEST = 'requestedAt';
const BY_PLACE = 'place';

@Controller()
export class ReprocessingsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly reprocessings: Reprocessings,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(listReprocessings)
  async list(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after } = validateQuery(listReprocessings.query, query);
    const page = { owner, limit, after: parseCursor(cursor, BY_REQUEST) };
    const notYet = await this.readAfter.wait(after, ['reprocessings']);
    if (notYet) return pending(response, notYet);
    const { rows, next } = await this.queries.execute(new ListReprocessings(page));
    return { reprocessings: rows.map(toReprocessingResource), next: formatCursor(next, BY_REQUEST) };
  }

  @Handles(getReprocessing)
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after } = validateQuery(getReprocessing.query, query);
    const page = { limit, after: parseCursor(cursor, BY_PLACE) };
    const notYet = await this.readAfter.wait(after, ['reprocessings', 'reprocessing-items']);
    if (notYet) return pending(response, notYet);
    const batch = await this.queries.execute(new GetReprocessing(owner, validateId(id)));
    if (!batch) throw new Problem('not-found', `There is no batch ${id}.`);
    const { rows, next } = await this.queries.execute(new ListReprocessingItems(batch.id, page));
    const items = rows.map(toItemResource);
    return { ...toReprocessingResource(batch), items, next: formatCursor(next, BY_PLACE) };
  }

  @Handles(pauseReprocessing)
  pause(@Owner() owner: string, @Param('id') id: string, @Requested() by: RequestContext): Promise<object> {
    return this.ask(id, { type: 'PauseReprocessing', owner }, by);
  }

  @Handles(resumeReprocessing)
  resume(@Owner() owner: string, @Param('id') id: string, @Requested() by: RequestContext): Promise<object> {
    return this.ask(id, { type: 'ResumeReprocessing', owner }, by);
  }

  @Handles(cancelReprocessing)
  cancel(@Owner() owner: string, @Param('id') id: string, @Requested() by: RequestContext): Promise<object> {
    return this.ask(id, { type: 'CancelReprocessing', owner }, by);
  }

  @Handles(acceptReprocessing)
  accept(@Owner() owner: string, @Param('id') id: string, @Requested() by: RequestContext): Promise<object> {
    return this.ask(id, { type: 'AcceptReprocessed', owner, recordingId: null }, by);
  }

  @Handles(rejectReprocessing)
  reject(@Owner() owner: string, @Param('id') id: string, @Requested() by: RequestContext): Promise<object> {
    return this.ask(id, { type: 'RejectReprocessed', owner, recordingId: null }, by);
  }

  @Handles(acceptReprocessed)
  acceptOne(
    @Owner() owner: string,
    @Param('id') id: string,
    @Param('recordingId') recordingId: string,
    @Requested() by: RequestContext,
  ): Promise<object> {
    return this.ask(id, { type: 'AcceptReprocessed', owner, recordingId: validateId(recordingId) }, by);
  }

  @Handles(rejectReprocessed)
  rejectOne(
    @Owner() owner: string,
    @Param('id') id: string,
    @Param('recordingId') recordingId: string,
    @Requested() by: RequestContext,
  ): Promise<object> {
    return this.ask(id, { type: 'RejectReprocessed', owner, recordingId: validateId(recordingId) }, by);
  }

  private async ask(id: string, command: ReprocessingCommand, by: RequestContext): Promise<object> {
    const { position } = await this.reprocessings.ask(validateId(id), command, by);
    return { id, position: await this.readAfter.token(position) };
  }
}
