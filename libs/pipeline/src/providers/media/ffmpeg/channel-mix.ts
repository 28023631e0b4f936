import { ChannelMix } from '../media';

const BYTES_PER_SAMPLE = 2;
/** A channel that never gets louder than this (-70 dBFS) is not connected. */
const UNUSED_PEAK = 10;
/** Channels that are more often opposite than alike: turned around, they add up instead of cancelling each other. */
const OPPOSITE_CORRELATION = -0.1;
/** A second at the rate at which files are examined. */
const WINDOW_SAMPLES = 8_000;
/** A difference of two channels is a sound of its own if its power is this share of their sum's, at some time. */
const OWN_SOUND_SHARE = 0.03;
/** Channels are opposite at a time at which their difference has this many times the power of their sum. */
const OPPOSITE_POWER = 4;
/** Channels that are this much alike carry the same sound, as loud or not, and in phase or not. */
const IDENTICAL_CORRELATION = 0.99;
/** Products of two channels that are worked out per sample, at most. */
const MAX_PRODUCTS = 64;

/** Listens to interleaved channels and works out how to mix them without losing any. */
export class ChannelMeter {
  private readonly peaks: number[];
  /** Sums of products of every two channels: of all samples, and of those of the present window. */
  private readonly products: number[][];
  private window: number[][];
  private windowSamples = 0;
  /** The greatest share that a sound of its own had in the difference of two channels in a window: alike, or one inverted. */
  private readonly ownSounds: { alike: number; inverted: number }[][];
  private readonly stride: number;
  private sampleIndex = 0;
  private carried = Buffer.alloc(0);

  /** @param channels how many there are */
  constructor(readonly channels: number) {
    this.peaks = new Array<number>(channels).fill(0);
    this.products = this.square();
    this.window = this.square();
    this.ownSounds = this.peaks.map(() => this.peaks.map(() => ({ alike: 0, inverted: 0 })));
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
   * is turned around. Where that leaves a sound out, because it is opposite on two channels while another is alike on them, the
   * channels are spread over half a turn of phase: then no two of them cancel each other, whatever they hold.
   */
  mix(): ChannelMix {
    this.closeWindow();
    const { loudest, peaks } = this;
    const channels = [...peaks.keys()];
    const inUse = channels.filter((channel) => (peaks[channel] ?? 0) > UNUSED_PEAK);
    const mixed = inUse.length > 0 ? inUse : channels;
    const signOf = (channel: number): 1 | -1 =>
      correlation(this.products, channel, loudest) < OPPOSITE_CORRELATION ? -1 : 1;
    const mix = channels.map((channel) => (mixed.includes(channel) ? signOf(channel) / mixed.length : 0));
    const isComplete = mixed.every((one) =>
      mixed.every((other) => !this.cancels(one, other, signOf(one) * signOf(other))),
    );
    if (isComplete) return { mix };
    const turn = (channel: number): number =>
      ((mixed.indexOf(channel) - (mixed.length - 1) / 2) * Math.PI) / mixed.length;
    return {
      mix: mix.map((share, channel) => share * Math.cos(turn(channel))),
      quadrature: mix.map((share, channel) => share * Math.sin(turn(channel))),
    };
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

  /** Whether the sum of two channels, or their difference where one is inverted, lacks a sound. */
  private cancels(one: number, other: number, sign: number): boolean {
    const own = this.ownSounds[one]?.[other];
    if (one === other || !own) return false;
    return (sign > 0 ? own.alike : own.inverted) >= OWN_SOUND_SHARE;
  }

  private square(): number[][] {
    return this.peaks.map(() => new Array<number>(this.channels).fill(0));
  }

  private closeWindow(): void {
    const { window, products, ownSounds, windowSamples } = this;
    const quiet = UNUSED_PEAK ** 2 * windowSamples;
    ownSounds.forEach((row, one) =>
      row.forEach((own, other) => {
        const added = products[one];
        if (added) added[other] = (added[other] ?? 0) + (window[one]?.[other] ?? 0);
        if (one === other) return;
        own.alike = Math.max(own.alike, ownShareOfDifference(window, one, other, 1, quiet));
        own.inverted = Math.max(own.inverted, ownShareOfDifference(window, one, other, -1, quiet));
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
}

/** From -1 (opposite) to 1 (alike); 1 for a channel without sound. */
function correlation(products: readonly (readonly number[])[], one: number, other: number): number {
  const energy = (channel: number): number => products[channel]?.[channel] ?? 0;
  const norm = Math.sqrt(energy(one) * energy(other));
  return norm > 0 ? (products[one]?.[other] ?? 0) / norm : 1;
}

/**
 * How much of the difference of two channels is not in their sum, as a share of the energy of the sum. What is louder on one
 * of them is in both; what is opposite on them is only in the difference.
 *
 * @param sign -1: the other channel is inverted
 * @param quiet a difference with less energy is silence
 */
function ownShareOfDifference(
  products: readonly (readonly number[])[],
  one: number,
  other: number,
  sign: 1 | -1,
  quiet: number,
): number {
  const energy = (channel: number): number => products[channel]?.[channel] ?? 0;
  const common = 2 * sign * (products[one]?.[other] ?? 0);
  const sum = (energy(one) + energy(other) + common) / 4;
  const difference = (energy(one) + energy(other) - common) / 4;
  const shared = (energy(one) - energy(other)) / 4;
  if (difference <= quiet) return 0;
  // Where next to nothing is left in the sum, all of it counts.
  const own = difference > sum * OPPOSITE_POWER ? difference : difference - shared ** 2 / sum;
  if (own <= quiet) return 0;
  return sum > 0 ? own / sum : Infinity;
}
