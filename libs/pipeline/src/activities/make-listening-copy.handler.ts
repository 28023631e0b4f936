import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  awaitsListeningCopy,
  DomainEvent,
  ListeningCopyPart,
  PresentRecording,
  recordingDecider,
  RecordingState,
} from '@voxpersona/domain';
import { Actors, provesNothingAppended } from '@voxpersona/event-store';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Originals } from '../originals';
import { Media, Timeline, timelineOfRecording, WrittenFile } from '../providers/media';
import { ObjectStorage } from '../providers/object-storage';
import { MEDIA, OBJECT_STORAGE } from '../tokens';
import { MakeListeningCopy } from './job-command';
import { listeningCopyKey } from './object-keys';
import { ResultReporter } from './result-reporter';

interface StoredCopy {
  audio: ListeningCopyPart;
  peaks: ListeningCopyPart;
  durationSeconds: number;
  engine: string;
}

/** Encodes the original for listening, on the clock of the transcript, and stores it with its waveform. */
@CommandHandler(MakeListeningCopy)
export class MakeListeningCopyHandler implements ICommandHandler<MakeListeningCopy> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly results: ResultReporter,
    @Inject(MEDIA) private readonly media: Media,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    private readonly originals: Originals,
  ) {}

  async execute({ job, run }: MakeListeningCopy): Promise<void> {
    const { recordingId, copyVersion } = job;
    const state = await this.read(recordingId);
    if (state.phase !== 'present' || !awaitsListeningCopy(state.listeningCopy, copyVersion)) return;
    const timeline = timelineOfRecording(state);
    if (!timeline) return;
    await this.originals.assertPresent(state);
    const folder = await mkdtemp(join(tmpdir(), 'voxpersona-listening-'));
    try {
      const copy = await this.make(state, timeline, folder, run.signal);
      const command = { type: 'RecordListeningCopy' as const, copy: { copyVersion, ...copy } };
      try {
        await this.results.toRecording(recordingId, command, run.context);
      } catch (error) {
        // Left where an event may name it, as with chunks.
        if (provesNothingAppended(error)) await this.discard([copy.audio, copy.peaks]);
        throw error;
      }
      await this.discardUnlessUsed(recordingId, copy);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async make(
    { recordingId, original, owner: workspace }: PresentRecording,
    timeline: Timeline,
    outputFolder: string,
    signal: AbortSignal,
  ): Promise<StoredCopy> {
    const { audio, peaks, durationSeconds, engine } = await this.storage.withLocalFile(
      original.objectKey,
      (file) => this.media.makeListeningCopy({ file, outputFolder, timeline, workspace }, signal),
    );
    const attempt = randomUUID();
    const stored: ListeningCopyPart[] = [];
    const store = async (name: 'audio.m4a' | 'peaks.json', written: WrittenFile) => {
      const objectKey = listeningCopyKey(recordingId, attempt, name);
      await this.storage.put(objectKey, createReadStream(written.file), signal);
      const part = { objectKey, sizeBytes: written.sizeBytes, sha256: written.sha256 };
      stored.push(part);
      return part;
    };
    try {
      return {
        audio: await store('audio.m4a', audio),
        peaks: await store('peaks.json', peaks),
        durationSeconds,
        engine,
      };
    } catch (error) {
      await this.discard(stored);
      throw error;
    }
  }

  /** Erased meanwhile, or made by another worker: then the log proves that nothing refers to these objects. */
  private async discardUnlessUsed(recordingId: string, { audio, peaks }: StoredCopy): Promise<void> {
    const state = await this.read(recordingId);
    const copy = state.phase === 'present' ? state.listeningCopy : undefined;
    const isUsed = copy?.status === 'made' && copy.audio.objectKey === audio.objectKey;
    if (!isUsed) await this.discard([audio, peaks]);
  }

  /** What cannot be deleted now is left to the sweeper. */
  private async discard(parts: readonly ListeningCopyPart[]): Promise<void> {
    for (const { objectKey } of parts) await this.storage.delete(objectKey).catch(() => undefined);
  }

  private async read(recordingId: string): Promise<RecordingState> {
    return (await this.actors.read(recordingDecider, recordingId)).state;
  }
}
