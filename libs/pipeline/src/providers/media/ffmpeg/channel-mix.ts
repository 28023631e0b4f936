const BYTES_PER_SAMPLE = 2;
/** A channel that never gets louder than this (-70 dBFS) is not connected. */
const UNUSED_PEAK = 10;
/** Channels that are this much the opposite of each other would cancel each other out. */
const OPPOSITE_CORRELATION = -0.8;
/** Channels that are this much alike carry the same sound, as loud or not, and in phase or not. */
const IDENTICAL_CORRELATION = 0.99;
/** A mix with less than this share of the energy that independent channels would give has lost something. */
const LOST_SHARE = 0.05;
/** Products of two channels that are worked out per sample, at most. */
const MAX_PRODUCTS = 64;

/** Listens to interleaved channels and works out how to mix them without losing any. */
export class ChannelMeter {
  private readonly peaks: number[];
  /** Sums of products of every two channels. */
  private readonly products: number[][];
  private readonly stride: number;
  private sampleIndex = 0;
  private carried = Buffer.alloc(0);

  constructor(private readonly channels: number) {
    this.peaks = new Array<number>(channels).fill(0);
    this.products = this.peaks.map(() => new Array<number>(channels).fill(0));
    this.stride = Math.max(1, Math.ceil((channels * channels) / MAX_PRODUCTS));
  }

  /** @param bytes little-endian 16-bit samples, the channels interleaved */
  add(bytes: Buffer): void {
    const { channels } = this;
    const all = this.carried.length > 0 ? Buffer.concat([this.carried, bytes]) : bytes;
    const frameBytes = channels * BYTES_PER_SAMPLE;
    const whole = all.length - (all.length % frameBytes);
    for (let at = 0; at < whole; at += frameBytes) {
      this.sampleIndex += 1;
      if (this.sampleIndex % this.stride === 0) this.addSample(all, at);
    }
    this.carried = Buffer.from(all.subarray(whole));
  }

  /**
   * Share of each channel in the mix: the same of every channel that is in use. A channel in opposite phase to the loudest
   * is turned around; where even that cancels sound out, the loudest channel is used alone.
   */
  mix(): number[] {
    const channels = [...this.peaks.keys()];
    const { loudest } = this;
    const used = channels.filter((channel) => (this.peaks[channel] ?? 0) > UNUSED_PEAK);
    const mixed = used.length > 0 ? used : channels;
    const shares = channels.map((channel) => {
      if (!mixed.includes(channel)) return 0;
      return (this.correlation(channel, loudest) < OPPOSITE_CORRELATION ? -1 : 1) / mixed.length;
    });
    const expected = shares.reduce((sum, share, channel) => sum + share * share * this.energy(channel), 0);
    const isLost = this.energyOf(shares) < LOST_SHARE * expected;
    return isLost ? channels.map((channel) => (channel === loudest ? 1 : 0)) : shares;
  }

  /** True where every channel carries the same sound. False for a single channel, and where a channel is silent. */
  get areIdentical(): boolean {
    const { loudest, channels, peaks } = this;
    if (channels === 1) return false;
    return peaks.every(
      (peak, channel) =>
        peak > UNUSED_PEAK && Math.abs(this.correlation(channel, loudest)) >= IDENTICAL_CORRELATION,
    );
  }

  private get loudest(): number {
    return [...this.peaks.keys()].reduce(
      (best, channel) => (this.energy(channel) > this.energy(best) ? channel : best),
      0,
    );
  }

  private energy(channel: number): number {
    return this.products[channel]?.[channel] ?? 0;
  }

  /** From -1 (opposite) to 1 (alike); 1 for a channel without sound. */
  private correlation(one: number, other: number): number {
    const norm = Math.sqrt(this.energy(one) * this.energy(other));
    return norm > 0 ? (this.products[one]?.[other] ?? 0) / norm : 1;
  }

  private addSample(bytes: Buffer, at: number): void {
    const { channels, peaks, products } = this;
    for (let one = 0; one < channels; one += 1) {
      const sample = bytes.readInt16LE(at + one * BYTES_PER_SAMPLE);
      const size = Math.abs(sample);
      if (size > (peaks[one] ?? 0)) peaks[one] = size;
      const row = products[one];
      if (!row || sample === 0) continue;
      for (let other = 0; other < channels; other += 1) {
        row[other] = (row[other] ?? 0) + sample * bytes.readInt16LE(at + other * BYTES_PER_SAMPLE);
      }
    }
  }

  private energyOf(shares: readonly number[]): number {
    return shares.reduce(
      (sum, share, one) =>
        sum + shares.reduce((row, other, n) => row + share * other * (this.products[one]?.[n] ?? 0), 0),
      0,
    );
  }
}
