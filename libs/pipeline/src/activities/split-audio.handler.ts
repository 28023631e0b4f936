import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  ChannelMode,
  DomainEvent,
  isErased,
  PresentRecording,
  RecordedChunk,
  recordingDecider,
} from '@voxpersona/domain';
import { Actors, provesNothingAppended } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Originals } from '../originals';
import { AudioChunk, Media, SplitResult } from '../providers/media';
import { ObjectStorage } from '../providers/object-storage';
import { SpeechToText } from '../providers/speech-to-text';
import { MEDIA, OBJECT_STORAGE, SPEECH_TO_TEXT } from '../tokens';
import { SplitAudio } from './job-command';
import { chunkKey } from './object-keys';
import { promptContextOf } from './prompt-context';
import { eventsOfType, RecordedEvents } from './recorded-events';
import { ResultReporter } from './result-reporter';

/** Cuts the original into chunks and stores them. */
@CommandHandler(SplitAudio)
export class SplitAudioHandler implements ICommandHandler<SplitAudio> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly events: RecordedEvents,
    private readonly results: ResultReporter,
    @Inject(MEDIA) private readonly media: Media,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(SPEECH_TO_TEXT) private readonly speechToText: SpeechToText,
    private readonly originals: Originals,
  ) {}

  async execute({ job, run }: SplitAudio): Promise<void> {
    const { recordingId } = job;
    const [uploaded] = eventsOfType(await this.events.read('recording', recordingId), 'AudioUploaded');
    if (!uploaded || isErased(uploaded.data.details)) return;
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase !== 'present') return;
    await this.originals.assertPresent(state);
    const promptContext = promptContextOf(uploaded.data.details);
    const folder = await mkdtemp(join(tmpdir(), 'voxpersona-split-'));
    try {
      const split = await this.split(state, uploaded.data.channels, folder, run.signal);
      const chunks = await this.store(recordingId, split.chunks, run.signal);
      const { durationSeconds, mixedBecause, engine, gaps, timeline } = split;
      const command = {
        type: 'RecordSplit' as const,
        split: { durationSeconds, chunks, mixedBecause, engine, promptContext, gaps, timeline },
        detectsLanguage: this.speechToText.detectsLanguage,
      };
      try {
        await this.results.toRecording(recordingId, command, run.context);
      } catch (error) {
        // Left where an event may name them; otherwise each try in an outage would leave another set.
        if (provesNothingAppended(error)) await this.discard(chunks);
        throw error;
      }
      await this.discardUnlessUsed(recordingId, chunks);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private split(
    { original, owner: workspace }: PresentRecording,
    channels: ChannelMode,
    outputFolder: string,
    signal: AbortSignal,
  ): Promise<SplitResult> {
    const { chunks: preference, encoding } = this.speechToText;
    const how = { outputFolder, preference, encoding, channels, workspace };
    return this.storage.withLocalFile(original.objectKey, (file) =>
      this.media.split({ file, ...how }, signal),
    );
  }

  private async store(
    recordingId: string,
    chunks: readonly AudioChunk[],
    signal: AbortSignal,
  ): Promise<RecordedChunk[]> {
    const attempt = randomUUID();
    const stored: RecordedChunk[] = [];
    try {
      for (const { file, ...chunk } of chunks) {
        const objectKey = chunkKey(recordingId, attempt, chunk.index, this.speechToText.encoding.extension);
        await this.storage.put(objectKey, createReadStream(file), signal);
        stored.push({ ...chunk, objectKey });
      }
      return stored;
    } catch (error) {
      await this.discard(stored);
      throw error;
    }
  }

  /** Erased meanwhile, or split by another worker: then the log proves that nothing refers to these chunks. */
  private async discardUnlessUsed(recordingId: string, chunks: readonly RecordedChunk[]): Promise<void> {
    const { state } = await this.actors.read(recordingDecider, recordingId);
    const used = state.phase === 'present' && state.chunks[0]?.objectKey === chunks[0]?.objectKey;
    if (!used) await this.discard(chunks);
  }

  /** What cannot be deleted now is left to the sweeper. */
  private async discard(chunks: readonly RecordedChunk[]): Promise<void> {
    for (const { objectKey } of chunks) await this.storage.delete(objectKey).catch(() => undefined);
  }
}
