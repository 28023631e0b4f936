import { Inject, Injectable } from '@nestjs/common';
import { DomainEvent, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import {
  MEDIA,
  Media,
  OBJECT_STORAGE,
  ObjectStorage,
  OriginalMissing,
  Originals,
  timelineOfRecording,
} from '@voxpersona/pipeline';
import { RecordingView } from '@voxpersona/projections';
import { buffer } from 'node:stream/consumers';
import { nameOf } from '../faces/recording-words';
import { clock } from '../rendering';
import { Talk } from '../talk/talk';

/** A little of what was said before and after. */
const MARGIN_SECONDS = 0.5;
const MAX_SECONDS = 300;

/** Cuts what was said out of a recording, and sends it. */
@Injectable()
export class Clips {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(MEDIA) private readonly media: Media,
    private readonly originals: Originals,
  ) {}

  /** @param from seconds, like `to` */
  async send(talk: Talk, recording: RecordingView, from: number, to: number): Promise<void> {
    const { state } = await this.actors.read(recordingDecider, recording.id);
    if (state.phase !== 'present') return;
    try {
      await this.originals.assertPresent(state);
    } catch (error) {
      if (!(error instanceof OriginalMissing)) throw error;
      await talk.say(talk.texts.text('clip.original-missing'));
      return;
    }
    const { durationSeconds } = recording.audio;
    const start = Math.max(0, Math.min(from, durationSeconds - 0.1) - MARGIN_SECONDS);
    const end = Math.min(durationSeconds, to + MARGIN_SECONDS, start + MAX_SECONDS);
    const stop = new AbortController();
    const clip = {
      start,
      end,
      format: 'mp3' as const,
      timeline: timelineOfRecording(state),
      workspace: state.owner,
    };
    const content = await this.storage.withMediaSource(state.original.objectKey, async (source) =>
      // Whole, so that it can be sent again where Telegram asks for a pause: it is short.
      buffer(await this.media.clip(source, clip, stop.signal)),
    );
    const name = nameOf(recording, talk.texts);
    const caption = talk.texts.text('clip.caption', { name, from: clock(from), to: clock(to) });
    const file = {
      name: `${name} ${clock(from).replaceAll(':', '.')}.mp3`,
      content,
      recordingId: recording.id,
    };
    await talk.sendAudio(file, caption);
  }
}
