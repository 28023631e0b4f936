import { PresentRecording } from '@voxpersona/domain';
import { Readable } from 'node:stream';
import { Originals } from '../originals';
import { ClipFormat, Media, timelineOfListeningCopy, timelineOfRecording } from '../providers/media';
import { ObjectNotFound, ObjectStorage } from '../providers/object-storage';
import { ListeningCopies } from './listening-copies';

/** Seconds from the start of the recording. */
export interface Stretch {
  start: number;
  end: number;
  format: ClipFormat;
}

/** Cuts clips: out of the listening copy, which can be sought exactly, else out of the original, on the same clock. */
export class ClipCutter {
  constructor(
    private readonly copies: ListeningCopies,
    private readonly originals: Originals,
    private readonly storage: ObjectStorage,
    private readonly media: Media,
  ) {}

  /**
   * The clip, completely encoded; destroying the stream removes it.
   *
   * @throws OriginalMissing where neither the copy nor the original is there, ProviderFailure, the signal's reason
   */
  async cut(recording: PresentRecording, stretch: Stretch, signal: AbortSignal): Promise<Readable> {
    return (
      (await this.cutFromCopy(recording, stretch, signal)) ??
      (await this.cutFromOriginal(recording, stretch, signal))
    );
  }

  private async cutFromCopy(
    recording: PresentRecording,
    stretch: Stretch,
    signal: AbortSignal,
  ): Promise<Readable | undefined> {
    const copy = await this.copies.find(recording, 'audio');
    if (!copy) return undefined;
    const timeline = timelineOfListeningCopy(copy.durationSeconds);
    try {
      return await this.cutFrom(copy.audio.objectKey, { ...stretch, timeline }, recording.owner, signal);
    } catch (error) {
      // It went while it was being opened.
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    }
  }

  private async cutFromOriginal(
    recording: PresentRecording,
    stretch: Stretch,
    signal: AbortSignal,
  ): Promise<Readable> {
    await this.originals.assertPresent(recording);
    const timeline = timelineOfRecording(recording);
    return this.cutFrom(recording.original.objectKey, { ...stretch, timeline }, recording.owner, signal);
  }

  private cutFrom(
    objectKey: string,
    clip: Parameters<Media['clip']>[1],
    workspace: string,
    signal: AbortSignal,
  ): Promise<Readable> {
    return this.storage.withMediaSource(objectKey, (source) =>
      this.media.clip(source, { ...clip, workspace }, signal),
    );
  }
}
