import { Inject } from '@nestjs/common';
import { CommandHandler, ICommandHandler } from '@nestjs/cqrs';
import {
  CallRecord,
  ChunkState,
  DomainEvent,
  hasUnheardSound,
  PresentRecording,
  recordingDecider,
} from '@voxpersona/domain';
import { Actors } from '@voxpersona/event-store';
import { missedSpeech } from '../hallucinations/missed-speech';
import { examine, Examined, secondsDoubted } from '../hallucinations/examine';
import { ObjectStorage } from '../providers/object-storage';
import { ProviderFailure } from '../providers/provider-failure';
import { SpeechToText, TranscriptionResult } from '../providers/speech-to-text';
import { ResultStore, StoredResult } from '../results/result-store';
import { OBJECT_STORAGE, SPEECH_TO_TEXT } from '../tokens';
import { callRecordOf } from './call-record';
import { TranscribeChunk } from './job-command';
import { ResultReporter } from './result-reporter';

/** An answer of the recogniser, and what of it is believed. */
interface Heard {
  /** 0, or 1 for the second try with other parameters. */
  attempt: number;
  stored: StoredResult<TranscriptionResult>;
  examined: Examined;
}

/** Turns one chunk into text. What the recogniser seems to have invented is asked again once, then left out. */
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
    if (state.phase !== 'present' || state.cancelled) return;
    const chunk = state.chunks.find((candidate) => candidate.index === chunkIndex);
    if (!chunk || chunk.status === 'transcribed') return;
    const { best, discarded } = await this.hear(state, chunk, run.signal);
    const { segments, gaps, removed } = best.examined;
    const result = {
      round,
      chunkIndex,
      segments: segments.map(({ signals: _, ...segment }) => segment),
      language: best.stored.value.language ?? null,
      gaps,
      removed,
      call: this.recordOf(best),
      discardedCalls: discarded.map((heard) => this.recordOf(heard)),
    };
    const languageWasDetected = state.language === null && this.speechToText.detectsLanguage;
    const command = { type: 'RecordChunkTranscription' as const, result, languageWasDetected };
    await this.results.toRecording(recordingId, command, run.context);
  }

  /** Asks once more, with other parameters, when the first answer is not believed; takes the better of the two. */
  private async hear(
    recording: PresentRecording,
    chunk: ChunkState,
    signal: AbortSignal,
  ): Promise<{ best: Heard; discarded: Heard[] }> {
    const first = await this.transcribe(recording, chunk, 0, signal);
    if (first.examined.gaps.length === 0) return { best: first, discarded: [] };
    const second = await this.transcribe(recording, chunk, 1, signal).catch((error: unknown) => {
      // The first answer is paid for and good in parts: better than nothing of this chunk.
      if (error instanceof ProviderFailure && error.permanent) return undefined;
      throw error;
    });
    if (!second) return { best: first, discarded: [] };
    const isBetter = secondsDoubted(second.examined) < secondsDoubted(first.examined);
    return isBetter ? { best: second, discarded: [first] } : { best: first, discarded: [second] };
  }

  private async transcribe(
    recording: PresentRecording,
    chunk: ChunkState,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Heard> {
    const { provider, model, parameters } = this.speechToText;
    const { language, recordingId } = recording;
    // A prompt is what recognisers like to repeat: the second time they get none.
    const promptContext = attempt === 0 ? recording.promptContext : '';
    const dependsOn = {
      kind: 'transcription',
      audio: chunk.sha256,
      provider,
      model,
      parameters: { ...parameters },
      language,
      promptContext,
      ...(attempt > 0 && { attempt }),
      // Once more because nothing was heard: the answer that is stored is the one that said nothing.
      ...(hasUnheardSound(chunk) && { round: recording.round }),
    };
    const durationSeconds = chunk.end - chunk.start;
    const stored = await this.resultStore.getOrCall(recordingId, dependsOn, () =>
      this.storage.withLocalFile(chunk.objectKey, (file) =>
        this.speechToText.transcribe(
          {
            file,
            durationSeconds,
            speech: chunk.speech ?? undefined,
            language: language ?? undefined,
            promptContext,
            attempt,
          },
          signal,
        ),
      ),
    );
    return { attempt, stored, examined: judge(stored.value, chunk) };
  }

  private recordOf({ attempt, stored }: Heard): CallRecord {
    const { provider, model, parameters } = this.speechToText;
    const asked = attempt === 0 ? parameters : { ...parameters, attempt };
    return callRecordOf({ provider, model, parameters: asked }, stored);
  }
}

/** What of an answer is believed, and where speech was heard that it holds nothing of. */
function judge({ segments }: TranscriptionResult, { start, end, silences, speech }: ChunkState): Examined {
  const examined = examine(segments, { silences, speech: speech ?? undefined, durationSeconds: end - start });
  const missed = missedSpeech(examined.segments, examined.gaps, speech ?? []);
  return { ...examined, gaps: [...examined.gaps, ...missed].sort((a, b) => a.start - b.start) };
}
