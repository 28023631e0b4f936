/** One line of the transcript that a report stands on. Times are seconds from the start of the recording. */
export interface TranscriptLine {
  start: number;
  end: number;
  text: string;
  speaker?: string | undefined;
}

export interface WriteRequest {
  /** Id of the report type in the catalogue, for example `summary`. */
  reportType: string;
  /** Id of the part of the report to write. */
  part: string;
  /** The instructions of the catalogue for this part (the prompt), ready to send. */
  instructions: string;
  /** ISO 639-1 code in which to write; undefined: the transcript's own. */
  language: string | undefined;
  /** What was said, in order. Never empty. */
  transcript: readonly TranscriptLine[];
  /**
   * Stretches that could not be transcribed, in seconds; the report must not pretend to know them. With a speaker: only what
   * that one said is missing.
   */
  gaps: readonly { start: number; end: number; speaker?: string | undefined }[];
  maxOutputTokens: number;
}

export interface WriteResult {
  /** Markdown. Never empty. */
  text: string;
  usage: { inputTokens?: number; outputTokens?: number };
  /** US dollars, or undefined when the price of the model is not known. Local methods cost 0. */
  costUsd: number | undefined;
  /** The model as the provider names it in its answer. */
  model: string;
  requestId: string | undefined;
}

/**
 * Port: writes one part of a report from a transcript.
 *
 * `write` rejects with `ProviderFailure` (an answer cut at `max_tokens` is `incomplete`, never a result)
 * and never retries by itself: retries belong to the job queue.
 */
export interface LanguageModel {
  /** Short stable name: `anthropic`, `extractive`. */
  readonly provider: string;
  readonly model: string;
  /** Everything besides the input that shapes the result; part of the key under which results are stored. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** How many parts may be in the works at once in this process. */
  readonly concurrency: number;
  /** One plain sentence on what stands behind the text, shown to users. */
  readonly note: string;
  write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult>;
}
