/** Samples before each frame that the model hears with it. */
export const CONTEXT_SAMPLES = 64;
/** Numbers of the model's memory: [2, 1, 128]. */
export const STATE_SHAPE = [2, 1, 128] as const;
export const STATE_SIZE = 2 * 128;

/** What the model remembers of what it has heard. The asker keeps it, so that one model can hear several recordings. */
export interface SileroMemory {
  state: Float32Array;
  context: Float32Array;
}

export interface SileroRequest extends SileroMemory {
  /** Whole frames of 512 samples, each sample from -1 to 1. */
  samples: Float32Array;
}

export interface SileroAnswer extends SileroMemory {
  /** One for each frame. */
  probabilities: Float32Array;
}
