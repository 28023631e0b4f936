/** Retries of jobs, see `RetryPolicy`. */
export interface PipelineSettings {
  maxAttempts: number;
  baseDelayMs: number;
  /** Longest recording in seconds. */
  maxAudioSeconds: number;
  /** Milliseconds that running jobs get to finish at shutdown. */
  shutdownGraceMs: number;
}
export const PIPELINE_SETTINGS = Symbol('PipelineSettings');
