import { ChannelMeter } from './channel-mix';

const RATE = 8_000;
const tone =
  (frequency: number, level = 0.3) =>
  (n: number) =>
    level * Math.sin((2 * Math.PI * frequency * n) / RATE);

const mixOf = (...channels: ((n: number) => number)[]): number[] => meterOf(...channels).mix();

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
    expect(mixOf(tone(400), tone(900))).toEqual([0.5, 0.5]);
    expect(mixOf(tone(400), tone(400))).toEqual([0.5, 0.5]);
    expect(mixOf(tone(400, 0.5), tone(900, 0.001))).toEqual([0.5, 0.5]);
    expect(mixOf(tone(400))).toEqual([1]);
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
    const [left, right] = mixOf(
      (n) => speech(n) + noise(0.37)(n),
      (n) => -speech(n) + noise(0.71)(n),
    );
    expect(left).toBe(-(right ?? 0));
  });

  it('gives half a share to a channel whose phase changes, so that nothing cancels out', () => {
    const seconds = (n: number): number => Math.floor(n / RATE);
    const changing = (n: number): number => (seconds(n) % 2 === 0 ? 1 : -1) * tone(400)(n);
    const shares = meterOfSeconds(4, tone(400), changing).mix();
    expect(shares.map(Math.abs).sort()).toEqual([0.25, 0.5]);
  });

  it('leaves out channels that are not connected', () => {
    expect(mixOf(silent, silent, silent, tone(400), silent, silent)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(mixOf(silent, silent)).toEqual([0.5, 0.5]);
  });

  it('turns a channel in opposite phase around', () => {
    const speech = tone(400);
    expect(mixOf(speech, (n) => -speech(n))).toEqual([0.5, -0.5]);
  });

  it('keeps sound where all channels together are silence', () => {
    const [a, b, c] = [tone(400), tone(700), tone(1_100)];
    // The three together are silence, and no two of them are opposites.
    expect(
      mixOf(
        (n) => a(n) - b(n),
        (n) => b(n) - c(n),
        (n) => (c(n) - a(n)) * 1.01,
      ),
    ).toEqual([-1 / 3, -1 / 3, 1 / 3]);
  });

  it('copes with many channels', () => {
    const shares = mixOf(...Array.from({ length: 24 }, (_, n) => (n === 20 ? tone(400) : silent)));
    expect(shares[20]).toBe(1);
  });
});
