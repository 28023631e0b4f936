import { Injectable } from '@nestjs/common';
import { DomainEvent, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { ClipCutter, OriginalMissing } from '@voxpersona/pipeline';
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
    private readonly cutter: ClipCutter,
  ) {}

  /** @param from seconds, like `to` */
  async send(talk: Talk, recording: RecordingView, from: number, to: number): Promise<void> {
    const { state } = await this.actors.read(recordingDecider, recording.id);
    if (state.phase !== 'present') return;
    const content = await this.cut(state, stretchOf(recording, from, to));
    if (!content) {
      await talk.say(talk.texts.text('clip.original-missing'));
      return;
    }
    const name = nameOf(recording, talk.texts);
    const caption = talk.texts.text('clip.caption', { name, from: clock(from), to: clock(to) });
    const file = {
      name: `${name} ${clock(from).replaceAll(':', '.')}.mp3`,
      content,
      recordingId: recording.id,
    };
    await talk.sendAudio(file, caption);
  }
  /** Whole, so that it can be sent again where Telegram asks for a pause: it is short. Undefined: there is no audio. */
  private async cut(
    recording: PresentRecording,
    stretch: { start: number; end: number },
  ): Promise<Buffer | undefined> {
    const { signal } = new AbortController();
    try {
      return await buffer(await this.cutter.cut(recording, { ...stretch, format: 'mp3' }, signal));
    } catch (error) {
      if (error instanceof OriginalMissing) return undefined;
      throw error;
    }
  }
}

function stretchOf(
  { audio: { durationSeconds } }: RecordingView,
  from: number,
  to: number,
): { start: number; end: number } {
  const start = Math.max(0, Math.min(from, durationSeconds - 0.1) - MARGIN_SECONDS);
  return { start, end: Math.min(durationSeconds, to + MARGIN_SECONDS, start + MAX_SECONDS) };
}
