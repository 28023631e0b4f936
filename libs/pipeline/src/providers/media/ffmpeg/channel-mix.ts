const BYTES_PER_SAMPLE = 2;
/** A channel that never gets louder than this (-70 dBFS) is not connected. */
const UNUSED_PEAK = 10;
/** Channels that are more often opposite than alike: turned around, they add up instead of cancelling each other. */
const OPPOSITE_CORRELATION = -0.1;
/** In a window, channels are opposite or alike where their correlation is beyond this. */
const CLEAR_CORRELATION = 0.8;
/** A second at the rate at which files are examined. */
const WINDOW_SAMPLES = 8_000;
/** Share of a channel whose phase changes, of the share of the others: it cancels out at no time. */
const UNSTEADY_SHARE = 0.5;
/** Channels that are this much alike carry the same sound, as loud or not, and in phase or not. */
const IDENTICAL_CORRELATION = 0.99;
/** A mix with less than this share of the energy that independent channels would give has lost something. */
const LOST_SHARE = 0.05;
/** Products of two channels that are worked out per sample, at most. */
const MAX_PRODUCTS = 64;

/** Listens to interleaved channels and works out how to mix them without losing any. */
export class ChannelMeter {
  private readonly peaks: number[];
  /** Sums of products of every two channels: of all samples, and of those of the present window. */
  private readonly products: number[][];
  private window: number[][];
  private windowSamples = 0;
  /** For every two channels, whether there were windows in which they were opposite, and in which they were alike. */
  private readonly phases: { opposite: boolean; alike: boolean }[][];
  private readonly stride: number;
  private sampleIndex = 0;
  private carried = Buffer.alloc(0);

  constructor(private readonly channels: number) {
    this.peaks = new Array<number>(channels).fill(0);
    this.products = this.square();
    this.window = this.square();
    this.phases = this.peaks.map(() => this.peaks.map(() => ({ opposite: false, alike: false })));
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
   * is turned around. One that is opposite at one time and alike at another gets half a share. Where even that cancels sound
   * out, the loudest channel is used alone.
   */
  mix(): number[] {
    this.closeWindow();
    const channels = [...this.peaks.keys()];
    const { loudest } = this;
    const used = channels.filter((channel) => (this.peaks[channel] ?? 0) > UNUSED_PEAK);
    const mixed = used.length > 0 ? used : channels;
    const shares = channels.map((channel) => {
      if (!mixed.includes(channel)) return 0;
      const sign = correlation(this.products, channel, loudest) < OPPOSITE_CORRELATION ? -1 : 1;
      return (sign * (this.isUnsteady(channel, loudest) ? UNSTEADY_SHARE : 1)) / mixed.length;
    });
    const expected = shares.reduce((sum, share, channel) => sum + share * share * this.energy(channel), 0);
    const isLost = this.energyOf(shares) < LOST_SHARE * expected;
    return isLost ? channels.map((channel) => (channel === loudest ? 1 : 0)) : shares;
  }

  /** True where every channel carries the same sound. False for a single channel, and where a channel is silent. */
  get areIdentical(): boolean {
    this.closeWindow();
    const { loudest, channels, peaks } = this;
    if (channels === 1) return false;
    return peaks.every(
      (peak, channel) =>
        peak > UNUSED_PEAK && Math.abs(correlation(this.products, channel, loudest)) >= IDENTICAL_CORRELATION,
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

  private isUnsteady(one: number, other: number): boolean {
    const phase = this.phases[one]?.[other];
    return one !== other && phase !== undefined && phase.opposite && phase.alike;
  }

  private square(): number[][] {
    return this.peaks.map(() => new Array<number>(this.channels).fill(0));
  }

  private closeWindow(): void {
    const { window, products, phases, windowSamples } = this;
    const isHeard = (channel: number): boolean =>
      (window[channel]?.[channel] ?? 0) > UNUSED_PEAK ** 2 * windowSamples;
    phases.forEach((row, one) =>
      row.forEach((phase, other) => {
        const added = products[one];
        if (added) added[other] = (added[other] ?? 0) + (window[one]?.[other] ?? 0);
        if (one === other || !isHeard(one) || !isHeard(other)) return;
        const alike = correlation(window, one, other);
        phase.opposite ||= alike < -CLEAR_CORRELATION;
        phase.alike ||= alike > CLEAR_CORRELATION;
      }),
    );
    this.window = this.square();
    this.windowSamples = 0;
  }

  private addSample(bytes: Buffer, at: number): void {
    const { channels, peaks, window: products } = this;
    this.windowSamples += 1;
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
    if (this.windowSamples * this.stride >= WINDOW_SAMPLES) this.closeWindow();
  }

  private energyOf(shares: readonly number[]): number {
    return shares.reduce(
      (sum, share, one) =>
        sum + shares.reduce((row, other, n) => row + share * other * (this.products[one]?.[n] ?? 0), 0),
      0,
    );
  }
}

/** From -1 (opposite) to 1 (alike); 1 for a channel without sound. */
function correlation(products: readonly (readonly number[])[], one: number, other: number): number {
  const energy = (channel: number): number => products[channel]?.[channel] ?? 0;
  const norm = Math.sqrt(energy(one) * energy(other));
  return norm > 0 ? (products[one]?.[other] ?? 0) / norm : 1;
}
