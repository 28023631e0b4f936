import { PresentRecording } from '@voxpersona/domain';
import { Readable } from 'node:stream';
import { Originals } from '../originals';
import { ClipRequest, Media, timelineOfListeningCopy, timelineOfRecording } from '../providers/media';
import { ObjectNotFound, ObjectStorage } from '../providers/object-storage';
import { ListeningCopies } from './listening-copies';

/** What is to be heard, in seconds from the start of the recording. */
type WantedClip = Pick<ClipRequest, 'start' | 'end' | 'format'>;

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
  async cut(recording: PresentRecording, wanted: WantedClip, signal: AbortSignal): Promise<Readable> {
    return (
      (await this.cutFromCopy(recording, wanted, signal)) ??
      (await this.cutFromOriginal(recording, wanted, signal))
    );
  }

  private async cutFromCopy(
    recording: PresentRecording,
    wanted: WantedClip,
    signal: AbortSignal,
  ): Promise<Readable | undefined> {
    const copy = await this.copies.find(recording, 'audio');
    if (!copy) return undefined;
    const timeline = timelineOfListeningCopy(copy.durationSeconds);
    try {
      return await this.cutFrom(copy.audio.objectKey, { ...wanted, timeline }, recording.owner, signal);
    } catch (error) {
      // It went while it was being opened.
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    }
  }

  private async cutFromOriginal(
    recording: PresentRecording,
    wanted: WantedClip,
    signal: AbortSignal,
  ): Promise<Readable> {
    await this.originals.assertPresent(recording);
    const timeline = timelineOfRecording(recording);
    return this.cutFrom(recording.original.objectKey, { ...wanted, timeline }, recording.owner, signal);
  }

  private cutFrom(
    objectKey: string,
    clip: ClipRequest,
    workspace: string,
    signal: AbortSignal,
  ): Promise<Readable> {
    return this.storage.withMediaSource(objectKey, (source) =>
      this.media.clip(source, { ...clip, workspace }, signal),
    );
  }
}
