import { Controller, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { JobList } from '@voxpersona/pipeline';
import {
  EventFilterOfTrail,
  FindEventWithItsRequest,
  KeysetPosition,
  ListEvents,
} from '@voxpersona/projections';
import { Response } from 'express';
import { once } from 'node:events';
import { Owner } from '../auth/caller';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validateId, validateQuery } from '../http/validate';
import { ShownEvent, toEntry } from '../recordings/recording-trail';
import { consequencesOf } from './consequences';
import { CSV_HEADER, toCsvLine } from './csv';
import { TrailReader } from './trail-reader';
import { getEvent, listEvents } from './trail.routes';

/**
 * What is shown around an event. Causes are a line each, and of a batch many: each recording's turn comes of the end of one
 * before. So deep goes a tree that can still be written down.
 */
const SHOWN = { causes: 10_000, effects: 2_000, steps: 500 };
const EXPORT_PAGE = 200;

@Controller()
export class TrailController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly trail: TrailReader,
    private readonly jobs: JobList,
  ) {}

  @Handles(listEvents)
  async list(@Owner() owner: string, @Query() query: unknown, @Res() response: Response): Promise<void> {
    const given = validateQuery(listEvents.query, query);
    const { limit, cursor, sort, format, after, from, before, since, recording, ...rest } = given;
    const afterPosition = since === undefined ? undefined : await this.readAfter.position(since);
    const notYet = await this.readAfter.wait(after, ['events']);
    if (notYet) {
      response.json(pending(response, notYet));
      return;
    }
    const filter = {
      ...rest,
      ...{ recordingId: recording, recordedFrom: from, recordedBefore: before, afterPosition },
    };
    const start = parseCursor(cursor, sort);
    const descending = sort === '-position';
    if (format !== 'json') {
      await this.send(response, format, owner, filter, descending, start);
      return;
    }
    const page = await this.queries.execute(
      new ListEvents({ owner, limit, after: start }, filter, descending),
    );
    const events = await this.trail.read(page.rows);
    response.json({ events: events.map(toEntry), next: formatCursor(page.next, sort) });
  }

  @Handles(getEvent)
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { after } = validateQuery(getEvent.query, query);
    const notYet = await this.readAfter.wait(after, ['events']);
    if (notYet) return pending(response, notYet);
    const found = await this.queries.execute(new FindEventWithItsRequest(owner, validateId(id), SHOWN));
    if (!found) throw new Problem('not-found', `There is no event ${id}.`);
    const events = await this.trail.read([found.event, ...found.effects]);
    const event = events.find((one) => one.id === found.event.id);
    if (!event) throw new Problem('not-found', `There is no event ${id}.`);
    const jobs = await this.jobs.causedBy(events.map((one) => one.id));
    return {
      event: toEntry(event),
      requestId: event.metadata.$correlationId,
      causes: found.causes,
      consequences: consequencesOf(event, events, jobs),
      cut: found.cut,
    };
  }

  /** All of it, page by page, as fast as it is taken. */
  private async send(
    response: Response,
    format: 'ndjson' | 'csv',
    owner: string,
    filter: EventFilterOfTrail,
    descending: boolean,
    start: KeysetPosition | null,
  ): Promise<void> {
    const toLine = (event: ShownEvent): string =>
      format === 'csv' ? toCsvLine(event) : `${JSON.stringify(toEntry(event))}\n`;
    let place = start;
    let isFirst = true;
    do {
      const page = { owner, limit: EXPORT_PAGE, after: place };
      const { rows, next } = await this.queries.execute(new ListEvents(page, filter, descending));
      const events = await this.trail.read(rows);
      if (isFirst) {
        response.attachment(`events.${format}`);
        response.type(format === 'csv' ? 'text/csv' : 'application/x-ndjson');
        if (format === 'csv') response.write(CSV_HEADER);
        isFirst = false;
      }
      const goesOn = response.write(events.map(toLine).join(''));
      if (!goesOn && !response.destroyed)
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      place = next;
    } while (place !== null && !response.destroyed);
    response.end();
  }
}
