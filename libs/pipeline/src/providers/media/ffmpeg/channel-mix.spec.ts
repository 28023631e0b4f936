import { ChannelMeter } from './channel-mix';

const RATE = 8_000;
const tone =
  (frequency: number, level = 0.3) =>
  (n: number) =>
    level * Math.sin((2 * Math.PI * frequency * n) / RATE);

const mixOf = (...channels: ((n: number) => number)[]): number[] => meterOf(...channels).mix();

function meterOf(...channels: ((n: number) => number)[]): ChannelMeter {
  const bytes = Buffer.alloc(RATE * channels.length * 2);
  for (let n = 0; n < RATE; n += 1) {
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

  it('leaves out channels that are not connected', () => {
    expect(mixOf(silent, silent, silent, tone(400), silent, silent)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(mixOf(silent, silent)).toEqual([0.5, 0.5]);
  });

  it('turns a channel in opposite phase around', () => {
    const speech = tone(400);
    expect(mixOf(speech, (n) => -speech(n))).toEqual([0.5, -0.5]);
  });

  it('uses the loudest channel where a mix would lose sound', () => {
    const [a, b, c] = [tone(400), tone(700), tone(1_100)];
    // The three together are silence, and no two of them are opposites.
    expect(
      mixOf(
        (n) => a(n) - b(n),
        (n) => b(n) - c(n),
        (n) => (c(n) - a(n)) * 1.01,
      ),
    ).toEqual([0, 0, 1]);
  });

  it('copes with many channels', () => {
    const shares = mixOf(...Array.from({ length: 24 }, (_, n) => (n === 20 ? tone(400) : silent)));
    expect(shares[20]).toBe(1);
  });
});
