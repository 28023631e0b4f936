import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  CancelRecording,
  EraseRecording,
  RequestContext,
  RetranscribeRecording,
  RetryRecording,
} from '@voxpersona/pipeline';
import { ListRecordings, RecordingSort } from '@voxpersona/projections';
import { Response } from 'express';
import { Owner, Requested } from '../auth/caller';
import { CursorShape, formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { pending, ReadAfter } from '../http/read-after';
import { validate, validateQuery } from '../http/validate';
import { RecordingFinder } from './recording-finder';
import { toDetailedResource, toRecordingResource } from './recording-resource';
import { RecordingTrail } from './recording-trail';
import {
  cancelRecording,
  eraseRecording,
  getRecording,
  getRecordingEvents,
  listRecordings,
  retranscribeRecording,
  retryRecording,
} from './recordings.routes';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/;
/** What each sorting's values look like, as PostgreSQL writes them. */
const SHAPES: Record<RecordingSort, CursorShape> = {
  uploadedAt: { id: UUID, value: /^\d{1,18}$/ },
  updatedAt: { id: UUID, value: TIME },
  duration: { id: UUID, value: /^\d{1,12}(\.\d{1,17})?(e-?\d{1,2})?$/ },
  // eslint-disable-next-line no-control-regex -- PostgreSQL's text holds no NUL
  fileName: { id: UUID, value: /^[^\u0000]{1,255}$/u },
};

@Controller()
export class RecordingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly recordings: RecordingFinder,
    private readonly trail: RecordingTrail,
  ) {}

  @Handles(listRecordings)
  async list(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, sort, after, ...filter } = validateQuery(listRecordings.query, query);
    const by = sort.replace('-', '') as RecordingSort;
    const page = { owner, limit, after: parseCursor(cursor, sort, SHAPES[by]) };
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const descending = sort.startsWith('-');
    const { rows, next } = await this.queries.execute(new ListRecordings(page, filter, { by, descending }));
    return { recordings: rows.map(toRecordingResource), next: formatCursor(next, sort) };
  }

  @Handles(getRecording)
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { after, asOf } = validateQuery(getRecording.query, query);
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const recording = await this.recordings.present(owner, id);
    if (asOf === undefined) return toDetailedResource(recording);
    return toDetailedResource(await this.recordings.asOf(recording, asOf));
  }

  @Handles(getRecordingEvents)
  async events(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { after } = validateQuery(getRecordingEvents.query, query);
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const recording = await this.recordings.any(owner, id);
    return { events: await this.trail.read(recording.id) };
  }

  @Handles(retryRecording)
  async retry(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
  ): Promise<object> {
    const recordingId = await this.recordings.commandedEvenErased(owner, id);
    const { position } = await this.commands.execute(new RetryRecording(recordingId, requested));
    return { id: recordingId, position: await this.readAfter.token(position) };
  }

  @Handles(retranscribeRecording)
  async retranscribe(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
  ): Promise<object> {
    const { language } = validate(retranscribeRecording.body.schema, body, 'body');
    const recordingId = await this.recordings.commanded(owner, id);
    const command = new RetranscribeRecording(recordingId, language, requested);
    const { position } = await this.commands.execute(command);
    return { id: recordingId, position: await this.readAfter.token(position) };
  }

  @Handles(cancelRecording)
  async cancel(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
  ): Promise<object> {
    const recordingId = await this.recordings.commanded(owner, id);
    const { position } = await this.commands.execute(new CancelRecording(recordingId, requested));
    return { id: recordingId, position: await this.readAfter.token(position) };
  }

  @Handles(eraseRecording)
  async erase(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
  ): Promise<object> {
    const recordingId = await this.recordings.commandedEvenErased(owner, id);
    const { position } = await this.commands.execute(new EraseRecording(recordingId, requested));
    return { id: recordingId, position: await this.readAfter.token(position) };
  }
}
