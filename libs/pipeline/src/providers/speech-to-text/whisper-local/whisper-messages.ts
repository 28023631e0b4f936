export interface WhisperRequest {
  /** Path of a WAV file: 16 kHz, mono, 16 bits. */
  file: string;
  /** ISO 639-1 code, or undefined to have it detected. */
  language: string | undefined;
  /** True to draw words by chance among the likely ones: another try comes out otherwise than the one before. */
  vary: boolean;
}

/** A stretch of text as the model gave it; times in seconds, null where it named none. */
export interface HeardText {
  start: number | null;
  end: number | null;
  text: string;
}

export interface WhisperAnswer {
  language: string | undefined;
  heard: HeardText[];
}

/** What the recogniser has to know of its model. */
export interface WhisperFacts {
  /** False when it knows English only. */
  multilingual: boolean;
}

export const SAMPLE_RATE = 16_000;
/** Whisper hears 30 seconds at a time; windows overlap by 5 seconds on either side. */
export const WINDOW_SECONDS = 30;
export const STRIDE_SECONDS = 5;
export const VARIED_TEMPERATURE = 0.4;
