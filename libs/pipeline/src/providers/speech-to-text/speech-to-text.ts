import { Stretch } from '../../stretch';

/** A stretch of recognised speech. Times are seconds from the start of the audio that was given. */
export interface SpeechSegment {
  start: number;
  end: number;
  /** Never empty: silence is the absence of a segment. */
  text: string;
  /** Its words with their times, in order, where the provider gives them; together they are the words of `text`. */
  words?: SpeechWord[];
  /** Set when the provider gave no usable times and the text was spread over the time that was left. */
  timesEstimated?: true;
  /** What the provider thinks of it, where it says. */
  signals?: SegmentSignals;
}

/** A recognised word. Times are seconds from the start of the audio that was given. */
export interface SpeechWord {
  start: number;
  end: number;
  text: string;
}

/** A recogniser's own doubts, as Whisper measures them. */
export interface SegmentSignals {
  /** Probability that nobody speaks. */
  noSpeechProbability?: number;
  /** Mean natural logarithm of the probabilities of its tokens. */
  averageLogProbability?: number;
  /** How many times smaller the text gets when it is compressed: text in a loop compresses well. */
  compressionRatio?: number;
}

export interface TranscriptionRequest {
  /** Path of a local audio file holding one chunk. */
  file: string;
  /** Length of the chunk in seconds. */
  durationSeconds: number;
  /** Where people speak in the chunk, in seconds from its start: helps to understand times that are not in seconds. */
  speech?: readonly Stretch[] | undefined;
  /** ISO 639-1 code, or undefined to let the provider detect it. */
  language: string | undefined;
  /** Names and terms that are likely to be heard; fixed when the audio is split. Empty when there are none. */
  promptContext: string;
  /** 1 when the answer to the first call was not believed: the provider then takes other parameters. Default 0. */
  attempt?: number;
}

export interface TranscriptionResult {
  /** ISO 639 code of the language heard (or given; two letters where the language has them), undefined when the provider does not say. */
  language: string | undefined;
  /** In order of start time. Empty when the chunk holds no speech: that is a result, not a failure. */
  segments: SpeechSegment[];
  usage: { audioSeconds: number; inputTokens?: number; outputTokens?: number };
  /** US dollars, or undefined when the price of the model is not known. Local providers cost 0. */
  costUsd: number | undefined;
  /** The provider's own id of the request, when it gives one. */
  requestId: string | undefined;
}

/** How the audio should be cut for this provider, in seconds. */
export interface ChunkPreference {
  targetSeconds: number;
  maxSeconds: number;
}

/** The format in which chunks are handed to the provider. */
export interface ChunkEncoding {
  extension: 'mp3' | 'wav';
  sampleRate: number;
  /** Kilobits per second; only for mp3. */
  bitrateKbps?: number;
}

/**
 * Port: turns one audio chunk into timed text.
 *
 * `transcribe` rejects with `ProviderFailure` and never retries by itself: retries belong to the job queue.
 */
export interface SpeechToText {
  /** Short stable name: `openai`, `pocketsphinx`. */
  readonly provider: string;
  readonly model: string;
  /** Everything besides the input that shapes the result; part of the key under which results are stored. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** How many chunks may be in the works at once in this process. */
  readonly concurrency: number;
  /** Whether `transcribe` finds out the language when it is not told. */
  readonly detectsLanguage: boolean;
  readonly chunks: ChunkPreference;
  readonly encoding: ChunkEncoding;
  /** One plain sentence on how good the result is, shown to users. */
  readonly note: string;
  transcribe(request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult>;
}
