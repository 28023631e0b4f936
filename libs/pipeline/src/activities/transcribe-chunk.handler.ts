import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import { ChunkState, DomainEvent, PresentRecording, recordingDecider } from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { ObjectStorage } from '../providers/object-storage';
import { SpeechToText, TranscriptionResult } from '../providers/speech-to-text';
import { ResultStore, StoredResult } from '../results/result-store';
import { OBJECT_STORAGE, SPEECH_TO_TEXT } from '../tokens';
import { callRecordOf } from './call-record';
import { TranscribeChunk } from './job-command';
import { ResultReporter } from './result-reporter';

/** Turns one chunk into text. */
@CommandHandler(TranscribeChunk)
export class TranscribeChunkHandler implements ICommandHandler<TranscribeChunk> {
  constructor(
    private readonly actors: Actors<DomainEvent>,
    private readonly results: ResultReporter,
    private readonly resultStore: ResultStore,
    @Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage,
    @Inject(SPEECH_TO_TEXT) private readonly speechToText: SpeechToText,
  ) {}

  async execute({ job, run }: TranscribeChunk): Promise<void> {
    const { recordingId, chunkIndex, round } = job;
    const { state } = await this.actors.read(recordingDecider, recordingId);
    if (state.phase !== 'present') return;
    const chunk = state.chunks.find((candidate) => candidate.index === chunkIndex);
    if (!chunk || chunk.status === 'transcribed') return;
    const stored = await this.transcribe(state, chunk, run.signal);
    const { segments, language } = stored.value;
    const call = callRecordOf(this.speechToText, stored);
    const result = { round, chunkIndex, segments, language: language ?? null, call };
    await this.results.toRecording(recordingId, { type: 'RecordChunkTranscription', result }, run.context);
  }

  private transcribe(
    recording: PresentRecording,
    chunk: ChunkState,
    signal: AbortSignal,
  ): Promise<StoredResult<TranscriptionResult>> {
    const { provider, model, parameters } = this.speechToText;
    const { language, promptContext, recordingId } = recording;
    const dependsOn = {
      kind: 'transcription',
      audio: chunk.sha256,
      provider,
      model,
      parameters: { ...parameters },
      language,
      promptContext,
    };
    return this.resultStore.getOrCall(recordingId, dependsOn, () =>
      this.storage.withLocalFile(chunk.objectKey, (file) =>
        this.speechToText.transcribe(
          { file, durationSeconds: chunk.end - chunk.start, language: language ?? undefined, promptContext },
          signal,
        ),
      ),
    );
  }
}
