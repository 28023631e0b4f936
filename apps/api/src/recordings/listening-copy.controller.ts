import { Controller, Inject, Param, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DomainEvent, PresentRecording } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import {
  ListeningCopies,
  OBJECT_STORAGE,
  ObjectStorage,
  ORIGINAL_MISSING_ADVICE,
  RequestContext,
  RequestListeningCopy,
} from '@voxpersona/pipeline';
import { RecordingView } from '@voxpersona/projections';
import { Request, Response } from 'express';
import { parse } from 'node:path';
import { Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { getListeningCopy, getPeaks } from './listening-copy.routes';
import { presentState } from './present-state';
import { RecordingFinder } from './recording-finder';
import { linksOf } from './recording-resource';
import { sendObject } from './send-object';

type Part = 'audio' | 'peaks';

const PARTS: Record<Part, { contentType: string; extension: string }> = {
  audio: { contentType: 'audio/mp4', extension: 'm4a' },
  peaks: { contentType: 'application/json', extension: 'peaks.json' },
};
const RETRY_AFTER_SECONDS = '5';

/** What people listen to, and see of the sound. A recording that has neither yet gets both on its first request. */
@Controller()
export class ListeningCopyController {
  constructor(
    private readonly recordings: RecordingFinder,
    private readonly actors: Actors<DomainEvent>,
    private readonly commands: CommandBus,
    private readonly copies: ListeningCopies,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
  ) {}

  @Handles(getListeningCopy)
  async audio(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer('audio', await this.recordings.present(owner, id), requested, request, response);
  }

  @Handles(getPeaks)
  async peaks(
    @Owner() owner: string,
    @Param('id') id: string,
    @Requested() requested: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer('peaks', await this.recordings.present(owner, id), requested, request, response);
  }

  private async answer(
    part: Part,
    recording: RecordingView,
    requested: RequestContext,
    request: Request,
    response: Response,
  ): Promise<void> {
    const state = await presentState(this.actors, recording.id);
    const copy = await this.copies.find(state, part);
    if (!copy) {
      await this.ask(recording, state, requested);
      response.status(202).set('Retry-After', RETRY_AFTER_SECONDS);
      response.json({ status: 'pending', detail: 'The listening copy is being made. Ask again soon.' });
      return;
    }
    const { contentType, extension } = PARTS[part];
    const fileName = `${parse(recording.fileName ?? 'recording').name}.${extension}`;
    await sendObject(this.storage, { ...copy[part], contentType, fileName }, request, response);
  }

  /** @throws Problem 409 where there will be no copy unless somebody does something; OriginalMissing */
  private async ask(
    recording: RecordingView,
    state: PresentRecording,
    requested: RequestContext,
  ): Promise<void> {
    if (state.chunks.length === 0) {
      // It comes with the transcript, if that comes.
      if (state.cancelled) {
        throw new Problem('recording-cancelled', `Retry ${linksOf(recording.id).self} to go on with it.`);
      }
      if (state.failedStages.includes('split')) {
        throw new Problem(
          'recording-failed',
          `See ${linksOf(recording.id).self} for the reason, and retry it.`,
        );
      }
      return;
    }
    const copy = await this.commands.execute(new RequestListeningCopy(recording.id, requested));
    if (copy.status === 'failed') throw new Problem('listening-copy-failed', adviceOn(copy.code));
  }
}

function adviceOn(code: string): string {
  if (code === 'original_missing') return ORIGINAL_MISSING_ADVICE;
  return `The listening copy could not be made (${code}). Retry the recording to have it made again.`;
}
