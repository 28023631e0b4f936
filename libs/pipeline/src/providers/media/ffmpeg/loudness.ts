import { PcmSamples } from '../../pcm-samples';

/** Loudness of consecutive frames. */
export interface LoudnessCurve {
  frameSeconds: number;
  /** Root mean square of each frame in dBFS; -100 for digital silence. */
  decibels: number[];
  /** Exact length of the audio. */
  durationSeconds: number;
}

const FLOOR_DECIBELS = -100;
const FULL_SCALE = 32_768;
/** As long as a frame of voice activity, so that the two can be laid on each other. */
export const FRAME_SECONDS = 0.032;

/** Measures loudness of 16-bit mono PCM as it streams by; keeps one number per frame. */
export class LoudnessMeter {
  private readonly pcm = new PcmSamples();
  private readonly decibels: number[] = [];
  private readonly samplesPerFrame: number;
  private sumOfSquares = 0;
  private samplesInFrame = 0;
  private samples = 0;

  constructor(private readonly sampleRate: number) {
    this.samplesPerFrame = Math.round(sampleRate * FRAME_SECONDS);
  }

  /** @param bytes little-endian 16-bit samples; a sample may be split between two calls */
  add(bytes: Buffer): void {
    const samples = this.pcm.add(bytes);
    this.samples += samples.length;
    for (let from = 0; from < samples.length;) {
      const to = Math.min(samples.length, from + this.samplesPerFrame - this.samplesInFrame);
      this.sumOfSquares += sumOfSquares(samples.subarray(from, to));
      this.samplesInFrame += to - from;
      if (this.samplesInFrame === this.samplesPerFrame) this.closeFrame();
      from = to;
    }
  }

  finish(): LoudnessCurve {
    if (this.samplesInFrame > 0) this.closeFrame();
    return {
      frameSeconds: FRAME_SECONDS,
      decibels: this.decibels,
      durationSeconds: this.samples / this.sampleRate,
    };
  }

  private closeFrame(): void {
    const rms = Math.sqrt(this.sumOfSquares / this.samplesInFrame) / FULL_SCALE;
    this.decibels.push(rms > 0 ? Math.max(FLOOR_DECIBELS, 20 * Math.log10(rms)) : FLOOR_DECIBELS);
    this.sumOfSquares = 0;
    this.samplesInFrame = 0;
  }
}

function sumOfSquares(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum;
}
