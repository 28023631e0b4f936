import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { ENVIRONMENT } from '@voxpersona/composition';
import {
  AcceptUpload,
  Catalogue,
  CATALOGUE,
  EraseRecording,
  OBJECT_STORAGE,
  ObjectStorage,
  RequestContext,
  RetryRecording,
} from '@voxpersona/pipeline';
import { Environment } from '@voxpersona/platform';
import {
  GetRecording,
  GetTranscript,
  ListRecordings,
  RecordingView,
  statusOf,
} from '@voxpersona/projections';
import { Request, Response } from 'express';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiKeyGuard, Owner, Requested } from '../auth/api-key.guard';
import { Problem } from '../http/problem';
import { NotYet, ReadAfter } from '../http/read-after';
import { validate, validateId } from '../http/validate';
import * as docs from './recordings.openapi';
import { receiveUpload } from './receive-upload';
import { linksOf, RecordingResource, toRecordingResource } from './recording-resource';
import { RecordingTrail, TrailEntry } from './recording-trail';
import { toSrt, toText, toVtt } from './transcript-formats';
import { readUploadFields } from './upload-fields';

const listSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,19}$/, 'must be as an earlier page gave it')
    .optional(),
  after: z.string().optional(),
});
const formatSchema = z.enum(['json', 'text', 'srt', 'vtt']).default('json');

@ApiTags('recordings')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('v1/recordings')
export class RecordingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly trail: RecordingTrail,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Post()
  @docs.Upload()
  async upload(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Owner() owner: string,
    @Requested() requested: RequestContext,
  ): Promise<object> {
    const recordingId = randomUUID();
    const received = await receiveUpload(
      request,
      this.storage,
      recordingId,
      this.environment.MAX_UPLOAD_BYTES,
    );
    const fields = await this.orDiscard(received.stored.key, () =>
      readUploadFields(received.fields, this.catalogue),
    );
    const { stored, fileName } = received;
    const upload = { recordingId, stored, fileName, owner, ...fields };
    const limits = { maxSeconds: this.environment.MAX_AUDIO_HOURS * 3_600 };
    const answer = await this.commands.execute(new AcceptUpload(upload, limits, requested));
    const links = linksOf(answer.recordingId);
    response.status(answer.duplicate ? 200 : 202).location(links.self);
    return {
      id: answer.recordingId,
      duplicate: answer.duplicate,
      position: await this.readAfter.token(answer.position),
      links,
    };
  }

  @Get()
  @docs.List()
  async list(
    @Owner() owner: string,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ recordings: RecordingResource[]; next: string | null } | NotYet> {
    const { limit, cursor, after } = validate(listSchema, query, 'query');
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const page = await this.queries.execute(new ListRecordings(owner, limit, cursor ?? null));
    return { recordings: page.recordings.map(toRecordingResource), next: page.next };
  }

  @Get(':id')
  @docs.One()
  async one(
    @Owner() owner: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
    @Query('after') after?: string,
  ): Promise<RecordingResource | NotYet> {
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    return toRecordingResource(await this.find(owner, id));
  }

  @Get(':id/transcript')
  @docs.Transcript()
  async transcript(
    @Owner() owner: string,
    @Param('id') id: string,
    @Res() response: Response,
    @Query('format') givenFormat?: string,
    @Query('after') after?: string,
  ): Promise<void> {
    const format = validate(formatSchema, givenFormat, 'format');
    const notYet = await this.readAfter.wait(after, ['recordings', 'transcripts']);
    if (notYet) {
      response.json(pending(response, notYet));
      return;
    }
    const recording = await this.find(owner, id);
    const transcript = await this.queries.execute(new GetTranscript(recording.id));
    if (!transcript) throw whyNoTranscript(recording);
    switch (format) {
      case 'json':
        response.json(transcript);
        return;
      case 'text':
        response.type('text/plain').send(toText(transcript));
        return;
      case 'srt':
        response.type('application/x-subrip').send(toSrt(transcript));
        return;
      case 'vtt':
        response.type('text/vtt').send(toVtt(transcript));
    }
  }

  /** Also for an erased recording: its skeleton stays provable. */
  @Get(':id/events')
  @docs.Events()
  async events(
    @Owner() owner: string,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
    @Query('after') after?: string,
  ): Promise<{ events: TrailEntry[] } | NotYet> {
    const notYet = await this.readAfter.wait(after, ['recordings']);
    if (notYet) return pending(response, notYet);
    const recording = await this.findAny(owner, id);
    return { events: await this.trail.read(recording.id) };
  }

  @Post(':id/retry')
  @HttpCode(202)
  @docs.Retry()
  async retry(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
  ): Promise<{ id: string; position: string }> {
    const recording = await this.findAny(owner, id);
    const { position } = await this.commands.execute(new RetryRecording(recording.id, requested));
    return { id: recording.id, position: await this.readAfter.token(position) };
  }

  @Delete(':id')
  @HttpCode(202)
  @docs.Erase()
  async erase(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
  ): Promise<{ id: string; position: string }> {
    const recording = await this.findAny(owner, id);
    const { position } = await this.commands.execute(new EraseRecording(recording.id, requested));
    return { id: recording.id, position: await this.readAfter.token(position) };
  }

  private async find(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.findAny(owner, id);
    if (recording.erasure !== 'none') throw new Problem('erased', 'This recording has been erased.');
    return recording;
  }

  private async findAny(owner: string, id: string): Promise<RecordingView> {
    const recording = await this.queries.execute(new GetRecording(owner, validateId(id)));
    if (!recording) throw new Problem('not-found', `There is no recording ${id}.`);
    return recording;
  }

  private async orDiscard<T>(key: string, work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      await this.storage.delete(key);
      throw error;
    }
  }
}

function pending(response: Response, notYet: NotYet): NotYet {
  response.status(202).set('Retry-After', '1');
  return notYet;
}

function whyNoTranscript(recording: RecordingView): Problem {
  const status = statusOf(recording);
  if (status === 'no_speech') return new Problem('no-speech-found', 'Nobody speaks in this recording.');
  if (status === 'failed') {
    return new Problem(
      'recording-failed',
      `See ${linksOf(recording.id).self} for the reason, and retry it there.`,
    );
  }
  return new Problem('transcript-not-ready', 'The recording is still being transcribed.', {
    'Retry-After': '5',
  });
}
