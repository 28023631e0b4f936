import { PcmSamples } from '../../pcm-samples';

const FULL_SCALE = 32_768;

/** Collects 16-bit samples, which come in pieces of any length, into blocks of equal length. */
export class FrameBlocks {
  private readonly samples = new PcmSamples();
  private block: Float32Array;
  private filled = 0;

  constructor(private readonly samplesPerBlock: number) {
    this.block = new Float32Array(samplesPerBlock);
  }

  /**
   * @param bytes little-endian samples; one may be split between two calls
   * @returns the blocks that are full now, each sample from -1 to 1
   */
  add(bytes: Buffer): Float32Array[] {
    const full: Float32Array[] = [];
    for (const sample of this.samples.add(bytes)) {
      this.block[this.filled] = sample / FULL_SCALE;
      this.filled += 1;
      if (this.filled < this.samplesPerBlock) continue;
      full.push(this.block);
      this.block = new Float32Array(this.samplesPerBlock);
      this.filled = 0;
    }
    return full;
  }

  /** @returns what is left, filled up with silence to a multiple of `samples`; empty when nothing is left */
  finish(samples: number): Float32Array {
    return this.block.slice(0, Math.ceil(this.filled / samples) * samples);
  }
}
