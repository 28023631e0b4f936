import { PcmSamples } from '../../pcm-samples';
import { ChannelMix } from '../media';

/** Share of each channel in a sum. A channel that has none is left out. */
type Shares = readonly number[];

/**
 * Coefficients of a pair of all-pass chains (Olli Niemitalo's, "Hilbert transform", 1999). The phases that they give a sound
 * are a quarter turn apart from 0.001 to 0.499 of the sample rate; neither changes its loudness.
 */
const IN_PHASE = [0.6923878, 0.9360654322959, 0.988229522686, 0.9987488452737];
const QUARTER_TURN = [0.4021921162426, 0.856171088242, 0.9722909545651, 0.9952884791278];

/**
 * Mixes interleaved channels into one. Where a quadrature mix is given, it is added a quarter turn out of phase: what is alike
 * on two channels and what is opposite on them can then not both cancel out.
 */
export class ChannelMixer {
  private readonly pcm = new PcmSamples();
  private readonly chains: { shares: Shares; chain: AllPassChain | undefined }[];

  /** @param channels in the samples; a mix may have more, or fewer */
  constructor(
    { mix, quadrature }: ChannelMix,
    private readonly channels: number,
  ) {
    this.chains = quadrature
      ? [
          { shares: mix, chain: new AllPassChain(IN_PHASE, true) },
          { shares: quadrature, chain: new AllPassChain(QUARTER_TURN, false) },
        ]
      : [{ shares: mix, chain: undefined }];
  }

  /** @param bytes little-endian 16-bit samples, always of all channels */
  mix(bytes: Buffer): Buffer {
    const samples = this.pcm.add(bytes);
    const sum = new Float64Array(samples.length / this.channels);
    for (const { shares, chain } of this.chains) this.add(sum, samples, shares, chain);
    const mixed = Buffer.alloc(sum.length * 2);
    for (let at = 0; at < sum.length; at += 1) {
      const sample = Math.round(sum[at] ?? 0);
      mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, sample)), at * 2);
    }
    return mixed;
  }

  private add(sum: Float64Array, samples: Int16Array, shares: Shares, chain: AllPassChain | undefined): void {
    const { channels } = this;
    const part = chain ? new Float64Array(sum.length) : sum;
    for (let channel = 0; channel < channels; channel += 1) {
      const share = shares[channel] ?? 0;
      if (share === 0) continue;
      for (let at = 0, from = channel; at < part.length; at += 1, from += channels) {
        part[at] = (part[at] ?? 0) + share * (samples[from] ?? 0);
      }
    }
    if (!chain) return;
    chain.filter(part);
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + (part[at] ?? 0);
  }
}

/** All-pass filters of the second order, one behind the other. */
class AllPassChain {
  private readonly filters: AllPass[];
  private last = 0;

  /** @param isDelayed by one sample */
  constructor(
    coefficients: readonly number[],
    private readonly isDelayed: boolean,
  ) {
    this.filters = coefficients.map((coefficient) => new AllPass(coefficient ** 2));
  }

  /** Filters the next samples, in place. */
  filter(samples: Float64Array): void {
    for (const filter of this.filters) filter.filter(samples);
    if (!this.isDelayed || samples.length === 0) return;
    const last = samples.at(-1) ?? 0;
    samples.copyWithin(1, 0);
    samples[0] = this.last;
    this.last = last;
  }
}

/** y[n] = c (x[n] + y[n-2]) - x[n-2] */
class AllPass {
  private x1 = 0;
  private x2 = 0;
  private y1 = 0;
  private y2 = 0;

  constructor(private readonly coefficient: number) {}

  filter(samples: Float64Array): void {
    const { coefficient } = this;
    let { x1, x2, y1, y2 } = this;
    for (let at = 0; at < samples.length; at += 1) {
      const x = samples[at] ?? 0;
      const y = coefficient * (x + y2) - x2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      samples[at] = y;
    }
    // Long silence would otherwise end in numbers so small that processors are slow at them.
    this.x1 = x1;
    this.x2 = x2;
    this.y1 = withoutDust(y1);
    this.y2 = withoutDust(y2);
  }
}

function withoutDust(value: number): number {
  return Math.abs(value) < 1e-20 ? 0 : value;
}
