import { Controller, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GetTranscript, RecordingView, statusOf, toSrt, toText, toVtt } from '@voxpersona/projections';
import { Response } from 'express';
import { AsOf } from '../as-of/as-of';
import { Owner } from '../auth/caller';
import { Handles } from '../contract/handles';
import { Problem } from '../http/problem';
import { pending, ReadAfter } from '../http/read-after';
import { validateQuery } from '../http/validate';
import { RecordingFinder } from './recording-finder';
import { linksOf } from './recording-resource';
import { getTranscript } from './recordings.routes';

@Controller()
export class TranscriptController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readAfter: ReadAfter,
    private readonly recordings: RecordingFinder,
    private readonly past: AsOf,
  ) {}

  @Handles(getTranscript)
  async transcript(
    @Owner() owner: string,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res() response: Response,
  ): Promise<void> {
    const { format, after, asOf, version } = validateQuery(getTranscript.query, query);
    const notYet = await this.readAfter.wait(after, ['recordings', 'transcripts']);
    if (notYet) {
      response.json(pending(response, notYet));
      return;
    }
    const present = await this.recordings.present(owner, id);
    const recording = asOf === undefined ? present : await this.recordings.asOf(present, asOf);
    const current =
      asOf === undefined
        ? await this.queries.execute(new GetTranscript(recording.id))
        : await this.past.currentTranscript(recording.id, asOf);
    const isCurrent = version === undefined || version === current?.version;
    const transcript = isCurrent ? current : await this.past.transcript(recording.id, version, asOf);
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
}

/** Why there is nothing to read, or to write a report on. */
export function whyNoTranscript(recording: RecordingView): Problem {
  switch (statusOf(recording)) {
    case 'no_speech':
      return new Problem('no-speech-found', 'Nobody speaks in this recording.');
    case 'cancelled':
      return new Problem('recording-cancelled', `Retry ${linksOf(recording.id).self} to go on with it.`);
    case 'failed':
      return new Problem(
        'recording-failed',
        `See ${linksOf(recording.id).self} for the reason, and retry it there.`,
      );
    default:
      return new Problem('transcript-not-ready', 'The recording is still being transcribed.', {
        'Retry-After': '5',
      });
  }
}
