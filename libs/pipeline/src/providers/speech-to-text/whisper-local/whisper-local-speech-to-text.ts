import { compiledFile } from '@voxpersona/platform';
import { WHISPER_MODEL } from '../../models/model-kind';
import { ModelSource, OnProgress, storedName } from '../../models/model-source';
import { TransformersWorker } from '../../transformers/transformers-worker';
import {
  ChunkEncoding,
  ChunkPreference,
  SpeechToText,
  TranscriptionRequest,
  TranscriptionResult,
} from '../speech-to-text';
import { heardSegments } from './heard-segments';
import {
  SAMPLE_RATE,
  STRIDE_SECONDS,
  WhisperAnswer,
  WhisperFacts,
  WhisperRequest,
  WINDOW_SECONDS,
} from './whisper-messages';

export const DEFAULT_WHISPER_MODEL = 'Xenova/whisper-base';

/** Where the model comes from, who is told of its download, and how audio is to be cut. */
export interface WhisperLocalOptions extends Omit<ModelSource, 'model'> {
  /** `Xenova/whisper-base` unless told. */
  model?: string | undefined;
  chunks?: Partial<ChunkPreference> | undefined;
  onProgress?: OnProgress | undefined;
}

type WhisperWorker = TransformersWorker<WhisperRequest, WhisperAnswer, WhisperFacts>;

/** Speech-to-text by a Whisper model that runs on this machine, in a process of its own. Needs neither key nor network. */
export class WhisperLocalSpeechToText implements SpeechToText {
  readonly provider = WHISPER_MODEL.provider;
  readonly parameters: Readonly<Record<string, string | number | boolean>> = {
    windowSeconds: WINDOW_SECONDS,
    strideSeconds: STRIDE_SECONDS,
  };
  /** The model keeps all processors busy by itself. */
  readonly concurrency = 1;
  readonly chunks: ChunkPreference;
  readonly encoding: ChunkEncoding = { extension: 'wav', sampleRate: SAMPLE_RATE };
  readonly note =
    'Transcribed on this machine by a Whisper model: good on clear speech, slower than the original, and apt to mishear ' +
    'names or to put words into silence.';

  private constructor(
    private readonly worker: WhisperWorker,
    readonly model: string,
    readonly detectsLanguage: boolean,
    chunks: Partial<ChunkPreference> = {},
  ) {
    this.chunks = { targetSeconds: 120, maxSeconds: 180, ...chunks };
  }

  /** @throws ProviderFailure `not_installed` when the model cannot be had */
  static async load(options: WhisperLocalOptions): Promise<WhisperLocalSpeechToText> {
    const source: ModelSource = { ...options, model: options.model ?? DEFAULT_WHISPER_MODEL };
    const script = compiledFile(__dirname, 'whisper.worker');
    const { worker, fingerprint, facts } = await TransformersWorker.open<
      WhisperRequest,
      WhisperAnswer,
      WhisperFacts
    >(script, source, WHISPER_MODEL, options.onProgress);
    const model = storedName(source, fingerprint);
    return new WhisperLocalSpeechToText(worker, model, facts.multilingual, options.chunks);
  }

  async transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    const { file, language, durationSeconds, speech, attempt = 0 } = request;
    const answer = await this.worker.request({ file, language, vary: attempt > 0 }, signal);
    return {
      language: answer.language,
      segments: heardSegments(answer.heard, { durationSeconds, speech }),
      usage: { audioSeconds: durationSeconds },
      costUsd: 0,
      requestId: undefined,
    };
  }

  /** Ends the model's process. */
  close(): Promise<void> {
    return this.worker.close();
  }
}
