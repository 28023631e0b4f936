import { ChannelMix } from '../media';
import { ChannelMixer } from './channel-mixer';

const RATE = 16_000;
const SETTLED = RATE / 2;
/** Two channels a quarter turn apart. */
const APART: ChannelMix = { mix: [0.5, 0.5], quadrature: [0.5, -0.5] };

type Signal = (n: number) => number;

const tone =
  (frequency: number, level = 0.3): Signal =>
  (n) =>
    level * Math.sin((2 * Math.PI * frequency * n) / RATE);
const opposite =
  (signal: Signal): Signal =>
  (n) =>
    -signal(n);
const silent: Signal = () => 0;

/** A second of these channels, mixed in pieces that a reader of a pipe might get. */
function mixed(mix: ChannelMix, ...channels: Signal[]): Int16Array {
  const bytes = Buffer.alloc(RATE * channels.length * 2);
  for (let n = 0; n < RATE; n += 1) {
    channels.forEach((channel, c) =>
      bytes.writeInt16LE(Math.round(channel(n) * 32_767), (n * channels.length + c) * 2),
    );
  }
  const mixer = new ChannelMixer(mix, channels.length);
  const pieceBytes = 333 * channels.length * 2;
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    pieces.push(mixer.mix(bytes.subarray(at, at + pieceBytes)));
  const all = Buffer.concat(pieces);
  return Int16Array.from({ length: all.length / 2 }, (_, n) => all.readInt16LE(n * 2));
}

/** Amplitude of a frequency in samples, as a share of full scale. */
function levelOf(frequency: number, samples: Int16Array): number {
  const settled = samples.subarray(SETTLED);
  const sum = (wave: (phase: number) => number): number =>
    settled.reduce((total, sample, n) => total + sample * wave((2 * Math.PI * frequency * n) / RATE), 0);
  return (2 * Math.hypot(sum(Math.sin), sum(Math.cos))) / settled.length / 32_767;
}

describe('ChannelMixer', () => {
  it('adds channels by their shares', () => {
    const samples = mixed({ mix: [0.5, 0, -1] }, tone(400, 0.4), tone(900), tone(1_300, 0.1));
    expect(levelOf(400, samples)).toBeCloseTo(0.2, 3);
    expect(levelOf(900, samples)).toBeCloseTo(0, 3);
    expect(levelOf(1_300, samples)).toBeCloseTo(0.1, 3);
  });

  it('takes a channel for silent that a part of the file lacks', () =>
    expect(levelOf(400, mixed({ mix: [0.5, 0.5, 0.5] }, tone(400, 0.4)))).toBeCloseTo(0.2, 3));

  it.each([50, 100, 400, 1_000, 3_400, 7_500])('cancels nothing at %i Hz', (frequency) => {
    const sound = tone(frequency);
    expect(levelOf(frequency, mixed(APART, sound, sound))).toBeCloseTo(0.3, 2);
    expect(levelOf(frequency, mixed(APART, sound, opposite(sound)))).toBeCloseTo(0.3, 2);
    const oneSided = 0.3 * Math.SQRT1_2;
    expect(levelOf(frequency, mixed(APART, sound, silent))).toBeCloseTo(oneSided, 2);
    expect(levelOf(frequency, mixed(APART, silent, sound))).toBeCloseTo(oneSided, 2);
  });

  it('stays within full scale', () => {
    const samples = mixed({ mix: [1, 1] }, tone(400, 0.9), tone(400, 0.9));
    expect(Math.max(...samples)).toBe(32_767);
    expect(Math.min(...samples)).toBe(-32_768);
  });
});
