import { Controller, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { DomainEvent, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import {
  ClipRequest,
  Media,
  MEDIA,
  OBJECT_STORAGE,
  ObjectStorage,
  Originals,
  timelineOfRecording,
} from '@voxpersona/pipeline';
import { RecordingView } from '@voxpersona/projections';
import { create as contentDisposition } from 'content-disposition';
import { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Owner } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { validateQuery } from '../http/validate';
import { audioType } from './audio-type';
import { chooseRange } from './byte-range';
import { RecordingFinder } from './recording-finder';
import { getAudio } from './recordings.routes';

const MAX_CLIP_SECONDS = 3_600;
const CLIP_TYPES = { mp3: 'audio/mpeg', ogg: 'audio/ogg', wav: 'audio/wav' } as const;

@Controller()
export class AudioController {
  constructor(
    private readonly recordings: RecordingFinder,
    private readonly actors: Actors<DomainEvent>,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(MEDIA) private readonly media: Media,
    private readonly originals: Originals,
  ) {}

  @Handles(getAudio)
  async audio(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { from, to, format } = validateQuery(getAudio.query, query);
    const recording = await this.recordings.present(owner, id);
    const state = await this.presentState(recording.id);
    const { objectKey } = state.original;
    if (from === undefined && to === undefined && format === undefined) {
      await this.sendOriginal(recording, objectKey, request, response);
      return;
    }
    const stretch = checkedClip(recording, from ?? 0, to);
    const clip = {
      ...stretch,
      format: format ?? 'mp3',
      timeline: timelineOfRecording(state),
      workspace: owner,
    };
    await this.sendClip(recording, objectKey, clip, response);
  }

  /**
   * The log tells where the audio is: a read model of what is erased may be a moment late.
   *
   * @throws Problem 410, OriginalMissing
   */
  private async presentState(recordingId: string): Promise<PresentRecording> {
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase !== 'present') throw new Problem('erased', 'This recording has been erased.');
    await this.originals.assertPresent(state);
    return state;
  }

  private async sendOriginal(
    { sha256, sizeBytes, fileName, audio }: RecordingView,
    objectKey: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const etag = `"${sha256}"`;
    response.set({
      ETag: etag,
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'private, no-cache',
      'Content-Type': audioType(audio),
      'Content-Disposition': contentDisposition(fileName ?? 'recording', { type: 'inline' }),
    });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const range = chooseRange(request.get('range'), request.get('if-range'), { etag, sizeBytes });
    if (range === 'beyond') {
      throw new Problem('range-not-satisfiable', `The audio has ${sizeBytes} bytes.`, {
        'Content-Range': `bytes */${sizeBytes}`,
      });
    }
    if (range !== 'all') {
      response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${sizeBytes}`);
    }
    const length = range === 'all' ? sizeBytes : range.end - range.start + 1;
    response.set('Content-Length', String(length));
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await send(await this.storage.get(objectKey, range === 'all' ? undefined : range), response);
  }

  private async sendClip(
    { fileName }: RecordingView,
    objectKey: string,
    clip: ClipRequest,
    response: Response,
  ): Promise<void> {
    const stop = new AbortController();
    response.once('close', () => stop.abort());
    await this.storage.withMediaSource(objectKey, async (file) => {
      const content = await this.media.clip(file, clip, stop.signal);
      const name = `${fileName ?? 'recording'} ${clip.start}-${clip.end}.${clip.format}`;
      response.set({
        'Content-Type': CLIP_TYPES[clip.format],
        'Cache-Control': 'private, no-store',
        'Accept-Ranges': 'none',
        'Content-Disposition': contentDisposition(name, { type: 'inline' }),
      });
      await send(content, response);
    });
  }
}

/** @throws Problem 400, and 416 for what begins after the end */
function checkedClip(
  { audio: { durationSeconds } }: RecordingView,
  start: number,
  to: number | undefined,
): { start: number; end: number } {
  if (start >= durationSeconds) {
    throw new Problem('range-not-satisfiable', `The recording ends after ${durationSeconds} seconds.`);
  }
  const end = Math.min(to ?? durationSeconds, durationSeconds);
  if (start >= end || end - start > MAX_CLIP_SECONDS) {
    throw new Problem(
      'invalid-clip',
      `from must be less than to, at most ${MAX_CLIP_SECONDS} seconds apart.`,
    );
  }
  return { start, end };
}

/** A client that goes away in the middle is no error; nobody is left to be told of one either. */
async function send(content: Readable, response: Response): Promise<void> {
  await pipeline(content, response).catch((error: unknown) => {
    if (!response.destroyed && !response.headersSent) throw error;
    response.destroy();
  });
}
