/** Sample rate of the audio that voice activity is looked for in. */
export const VOICE_SAMPLE_RATE = 16_000;
/** Samples of one frame: 32 ms. */
export const FRAME_SAMPLES = 512;
export const VOICE_FRAME_SECONDS = FRAME_SAMPLES / VOICE_SAMPLE_RATE;

/** Port: hears where people speak. */
export interface VoiceActivity {
  /** Short stable name: `silero`. */
  readonly provider: string;
  /** The model and its content, for the audit trail. */
  readonly model: string;
  /**
   * Listens to audio as it streams by.
   *
   * @param pcm mono 16-bit little-endian samples at 16 kHz; a sample may be split between two pieces
   * @returns the probability of speech, from 0 to 1, of each frame of 32 ms; the last frame is filled up with silence
   * @throws ProviderFailure, or the signal's reason once it is aborted
   */
  detect(pcm: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<Float32Array>;
  /** Ends what works for it. */
  close(): Promise<void>;
}
