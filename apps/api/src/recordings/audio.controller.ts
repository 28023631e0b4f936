import { Controller, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { DomainEvent, PresentRecording } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { ClipCutter, ClipFormat, OBJECT_STORAGE, ObjectStorage, Originals } from '@voxpersona/pipeline';
import { RecordingView } from '@voxpersona/projections';
import { create as contentDisposition } from 'content-disposition';
import { Request, Response } from 'express';
import { Owner } from '../auth/caller';
import { Handles } from '../contract/handles';
import { untilClientGone } from '../http/client-gone';
import { Problem } from '../http/problem';
import { validateQuery } from '../http/validate';
import { audioType } from './audio-type';
import { presentState } from './present-state';
import { RecordingFinder } from './recording-finder';
import { getAudio } from './recordings.routes';
import { send, sendObject } from './send-object';

const MAX_CLIP_SECONDS = 3_600;
const CLIP_TYPES = { mp3: 'audio/mpeg', ogg: 'audio/ogg', wav: 'audio/wav' } as const;

@Controller()
export class AudioController {
  constructor(
    private readonly recordings: RecordingFinder,
    private readonly actors: Actors<DomainEvent>,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    private readonly originals: Originals,
    private readonly clips: ClipCutter,
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
    const state = await presentState(this.actors, recording.id);
    if (from === undefined && to === undefined && format === undefined) {
      await this.sendOriginal(recording, state, request, response);
      return;
    }
    const clip = { ...checkedClip(recording, from ?? 0, to), format: format ?? ('mp3' as const) };
    await this.sendClip(recording, state, clip, response);
  }

  /** @throws OriginalMissing */
  private async sendOriginal(
    { fileName, audio }: RecordingView,
    state: PresentRecording,
    request: Request,
    response: Response,
  ): Promise<void> {
    await this.originals.assertPresent(state);
    const object = {
      ...state.original,
      contentType: audioType(audio),
      fileName: fileName ?? 'recording',
    };
    await sendObject(this.storage, object, request, response);
  }

  /** @throws OriginalMissing where the listening copy is missing too */
  private async sendClip(
    { fileName }: RecordingView,
    state: PresentRecording,
    clip: { start: number; end: number; format: ClipFormat },
    response: Response,
  ): Promise<void> {
    const content = await this.clips.cut(state, clip, untilClientGone(response));
    const name = `${fileName ?? 'recording'} ${clip.start}-${clip.end}.${clip.format}`;
    response.set({
      'Content-Type': CLIP_TYPES[clip.format],
      'Cache-Control': 'private, no-store',
      'Accept-Ranges': 'none',
      'Content-Disposition': contentDisposition(name, { type: 'inline' }),
    });
    await send(content, response);
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
