/** The JSON format of BBC audiowaveform, version 2, which waveform players read. */
export interface Peaks {
  version: 2;
  channels: 1;
  sample_rate: number;
  samples_per_pixel: number;
  bits: 8;
  /** Number of points. */
  length: number;
  /** Lowest and highest sample of each point in turn, from -128 to 127. */
  data: number[];
}

const BYTES_PER_SAMPLE = 2;
const POINTS_PER_SECOND = 20;
/** An hour at full resolution. A longer recording has as many points or half as many, further apart. */
const MAX_POINTS = 72_000;
/** From 16 bits to 8. */
const SCALE = 256;

/** Measures the waveform of mono 16-bit little-endian PCM that goes by. Memory is bounded, whatever the length. */
export class PeakMeter {
  private samplesPerPoint: number;
  private readonly lows: Int16Array;
  private readonly highs: Int16Array;
  private points = 0;
  private low = 0;
  private high = 0;
  /** Samples of the point that is being measured. */
  private samples = 0;

  constructor(
    private readonly sampleRate: number,
    private readonly maxPoints = MAX_POINTS,
  ) {
    this.samplesPerPoint = Math.round(sampleRate / POINTS_PER_SECOND);
    this.lows = new Int16Array(maxPoints);
    this.highs = new Int16Array(maxPoints);
  }

  /** @param pcm whole samples */
  add(pcm: Buffer): void {
    for (let at = 0; at + 1 < pcm.length; at += BYTES_PER_SAMPLE) {
      const sample = pcm.readInt16LE(at);
      if (this.samples === 0) {
        this.low = sample;
        this.high = sample;
      } else if (sample < this.low) this.low = sample;
      else if (sample > this.high) this.high = sample;
      this.samples += 1;
      if (this.samples === this.samplesPerPoint) this.endPoint();
    }
  }

  /** What was measured, with the last point as far as it got. */
  result(): Peaks {
    if (this.samples > 0) {
      if (this.points === this.maxPoints) this.halve();
      this.keepPoint();
    }
    const data: number[] = [];
    for (let point = 0; point < this.points; point += 1) {
      data.push(to8Bits(this.lows[point]), to8Bits(this.highs[point]));
    }
    return {
      version: 2,
      channels: 1,
      sample_rate: this.sampleRate,
      samples_per_pixel: this.samplesPerPoint,
      bits: 8,
      length: this.points,
      data,
    };
  }

  private endPoint(): void {
    if (this.points === this.maxPoints) {
      this.halve();
      // The point at hand was the first half of one that is twice as long now.
      if (this.samples < this.samplesPerPoint) return;
    }
    this.keepPoint();
  }

  private keepPoint(): void {
    this.lows[this.points] = this.low;
    this.highs[this.points] = this.high;
    this.points += 1;
    this.samples = 0;
  }

  private halve(): void {
    const { lows, highs } = this;
    for (let point = 0; point * 2 + 1 < this.points; point += 1) {
      lows[point] = Math.min(lows[point * 2] ?? 0, lows[point * 2 + 1] ?? 0);
      highs[point] = Math.max(highs[point * 2] ?? 0, highs[point * 2 + 1] ?? 0);
    }
    this.points = Math.floor(this.points / 2);
    this.samplesPerPoint *= 2;
  }
}

function to8Bits(sample = 0): number {
  // Without a negative zero.
  return Math.trunc(sample / SCALE) + 0;
}
