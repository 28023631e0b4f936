/** Loudness of consecutive frames. */
export interface LoudnessCurve {
  frameSeconds: number;
  /** Root mean square of each frame in dBFS; -100 for digital silence. */
  decibels: number[];
  /** Exact length of the audio. */
  durationSeconds: number;
}

const FLOOR_DECIBELS = -100;
/** As long as a frame of voice activity, so that the two can be laid on each other. */
export const FRAME_SECONDS = 0.032;

/** Measures loudness of 16-bit mono PCM as it streams by; keeps one number per frame. */
export class LoudnessMeter {
  private readonly decibels: number[] = [];
  private readonly samplesPerFrame: number;
  private sumOfSquares = 0;
  private samplesInFrame = 0;
  private samples = 0;
  private halfSample: number | undefined;

  constructor(private readonly sampleRate: number) {
    this.samplesPerFrame = Math.round(sampleRate * FRAME_SECONDS);
  }

  /** @param bytes little-endian 16-bit samples; a sample may be split between two calls */
  add(bytes: Buffer): void {
    let offset = 0;
    if (this.halfSample !== undefined && bytes.length > 0) {
      this.addSample(Buffer.from([this.halfSample, bytes[0] ?? 0]).readInt16LE(0));
      this.halfSample = undefined;
      offset = 1;
    }
    for (; offset + 1 < bytes.length; offset += 2) this.addSample(bytes.readInt16LE(offset));
    if (offset < bytes.length) this.halfSample = bytes[offset];
  }

  finish(): LoudnessCurve {
    if (this.samplesInFrame > 0) this.closeFrame();
    return {
      frameSeconds: FRAME_SECONDS,
      decibels: this.decibels,
      durationSeconds: this.samples / this.sampleRate,
    };
  }

  private addSample(sample: number): void {
    const amplitude = sample / 32_768;
    this.sumOfSquares += amplitude * amplitude;
    this.samples += 1;
    this.samplesInFrame += 1;
    if (this.samplesInFrame === this.samplesPerFrame) this.closeFrame();
  }

  private closeFrame(): void {
    const rms = Math.sqrt(this.sumOfSquares / this.samplesInFrame);
    this.decibels.push(rms > 0 ? Math.max(FLOOR_DECIBELS, 20 * Math.log10(rms)) : FLOOR_DECIBELS);
    this.sumOfSquares = 0;
    this.samplesInFrame = 0;
  }
}
