import { ChannelMix } from '../media';
import { ChannelMeter } from './channel-mix';

const RATE = 8_000;
const tone =
  (frequency: number, level = 0.3) =>
  (n: number) =>
    level * Math.sin((2 * Math.PI * frequency * n) / RATE);

const mixOf = (...channels: ((n: number) => number)[]): ChannelMix => meterOf(...channels).mix();
/** Two channels a quarter turn apart, each with half of the loudness. */
const apart = (sign = 1): ChannelMix => {
  const share = expect.closeTo(Math.SQRT1_2 / 2) as number;
  const [inverted, turned] = [expect.closeTo((sign * Math.SQRT1_2) / 2), expect.closeTo(-Math.SQRT1_2 / 2)];
  return { mix: [share, inverted as number], quadrature: [turned as number, inverted as number] };
};

function meterOf(...channels: ((n: number) => number)[]): ChannelMeter {
  return meterOfSeconds(1, ...channels);
}

function meterOfSeconds(seconds: number, ...channels: ((n: number) => number)[]): ChannelMeter {
  const samples = seconds * RATE;
  const bytes = Buffer.alloc(samples * channels.length * 2);
  for (let n = 0; n < samples; n += 1) {
    channels.forEach((channel, c) =>
      bytes.writeInt16LE(Math.round(channel(n) * 32_767), (n * channels.length + c) * 2),
    );
  }
  const meter = new ChannelMeter(channels.length);
  // In pieces that do not end with a sample.
  for (let at = 0; at < bytes.length; at += 1_001) meter.add(bytes.subarray(at, at + 1_001));
  return meter;
}

describe('ChannelMeter', () => {
  const silent = (): number => 0;

  it('mixes channels evenly, whatever is on them', () => {
    expect(mixOf(tone(400), tone(400))).toEqual({ mix: [0.5, 0.5] });
    expect(mixOf(tone(400, 0.5), tone(400, 0.001))).toEqual({ mix: [0.5, 0.5] });
    expect(mixOf(tone(400, 0.5), tone(900, 0.001))).toEqual({ mix: [0.5, 0.5] });
    expect(mixOf(tone(400), silent)).toEqual({ mix: [1, 0] });
    expect(mixOf(tone(400))).toEqual({ mix: [1] });
  });

  it('mixes people who take turns at two microphones evenly', () => {
    const turn = (n: number): number => Math.floor(n / RATE) % 2;
    const one = (n: number): number => (turn(n) === 0 ? tone(400)(n) : 0);
    const other = (n: number): number => (turn(n) === 1 ? tone(400)(n) : 0);
    expect(meterOfSeconds(4, one, other).mix()).toEqual({ mix: [0.5, 0.5] });
  });

  it('mixes out of phase what holds one sound in phase and another, more quiet one in opposite phase', () => {
    const [loud, opposite] = [tone(400, 0.3), tone(900, 0.1)];
    const left = (n: number): number => loud(n) + opposite(n);
    const right = (n: number): number => loud(n) - opposite(n);
    expect(mixOf(left, right)).toEqual(apart());
    expect(mixOf(left, (n) => -right(n))).toEqual(apart(-1));
    // Nobody hears what is a thousand times weaker.
    const [faintly, opposed] = [
      (n: number) => loud(n) + tone(900, 0.01)(n),
      (n: number) => loud(n) - tone(900, 0.01)(n),
    ];
    expect(mixOf(faintly, opposed)).toEqual({ mix: [0.5, 0.5] });
  });

  it('mixes two voices at once out of phase: it cannot know that none of them is on both channels', () =>
    expect(mixOf(tone(400), tone(900))).toEqual(apart()));

  it('spreads more channels over half a turn', () => {
    const { mix, quadrature } = mixOf(
      (n) => tone(400)(n) + tone(900)(n),
      (n) => tone(400)(n) - tone(900)(n),
      tone(1_300),
    );
    const turns = mix.map((share, channel) => Math.atan2(quadrature?.[channel] ?? 0, share) / Math.PI);
    expect(turns).toEqual([-1 / 3, 0, 1 / 3].map((turn) => expect.closeTo(turn) as number));
    mix.forEach((share, channel) => expect(Math.hypot(share, quadrature?.[channel] ?? 0)).toBeCloseTo(1 / 3));
  });

  it('finds channels that carry the same sound', () => {
    const areIdentical = (...channels: ((n: number) => number)[]): boolean =>
      meterOf(...channels).areIdentical;
    expect(areIdentical(tone(400), tone(400))).toBe(true);
    expect(areIdentical(tone(400, 0.3), tone(400, 0.01), (n) => -tone(400)(n))).toBe(true);
    expect(areIdentical(tone(400), tone(900))).toBe(false);
    expect(areIdentical(tone(400), tone(400), tone(900))).toBe(false);
    // What is heard on one side only is of that side.
    expect(areIdentical(tone(400), silent)).toBe(false);
    expect(areIdentical(tone(400), (n) => tone(400)(n) + tone(900, 0.1)(n))).toBe(false);
    expect(areIdentical(silent, silent)).toBe(false);
    expect(areIdentical(tone(400))).toBe(false);
  });

  it('turns a channel around that is opposite under noise', () => {
    const noise = (seed: number) => (n: number) => 0.2 * Math.sin(n * n * seed);
    const speech = tone(400, 0.3);
    const mix = mixOf(
      (n) => speech(n) + noise(0.37)(n),
      (n) => -speech(n) + noise(0.71)(n),
    );
    expect(mix).toEqual(apart(-1));
  });

  it('mixes a channel whose phase changes so that nothing cancels out', () => {
    const changing = (n: number): number => (Math.floor(n / RATE) % 2 === 0 ? 1 : -1) * tone(400)(n);
    expect(meterOfSeconds(4, tone(400), changing).mix()).toEqual(apart());
    // Also where one is less loud, so that a little of it would be left.
    expect(meterOfSeconds(4, tone(400), (n) => 0.9 * changing(n)).mix()).toEqual(apart());
  });

  it('leaves out channels that are not connected', () => {
    expect(mixOf(silent, silent, silent, tone(400), silent, silent)).toEqual({
      mix: [0, 0, 0, 1, 0, 0],
    });
    expect(mixOf(silent, silent)).toEqual({ mix: [0.5, 0.5] });
  });

  it('turns a channel in opposite phase around', () => {
    const speech = tone(400);
    expect(mixOf(speech, (n) => -speech(n))).toEqual({ mix: [0.5, -0.5] });
  });

  it('keeps sound where all channels together are silence', () => {
    const [a, b, c] = [tone(400), tone(700), tone(1_100)];
    // The three together are silence, and no two of them are opposites.
    const { mix, quadrature } = mixOf(
      (n) => a(n) - b(n),
      (n) => b(n) - c(n),
      (n) => (c(n) - a(n)) * 1.01,
    );
    // Each tone is on two of them, one of which is inverted.
    const kept = (one: number, other: number): number =>
      Math.hypot((mix[one] ?? 0) - (mix[other] ?? 0), (quadrature?.[one] ?? 0) - (quadrature?.[other] ?? 0));
    for (const loudness of [kept(0, 2), kept(0, 1), kept(1, 2)]) expect(loudness).toBeGreaterThan(0.3);
  });

  it('copes with many channels', () => {
    const { mix } = mixOf(...Array.from({ length: 24 }, (_, n) => (n === 20 ? tone(400) : silent)));
    expect(mix[20]).toBe(1);
  });
});
