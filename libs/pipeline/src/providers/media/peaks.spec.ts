import { PeakMeter } from './peaks';

const pcm = (...samples: number[]): Buffer => {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => bytes.writeInt16LE(sample, index * 2));
  return bytes;
};
/** A meter whose points are four samples long, as far as `maxPoints` allows. */
const meter = (maxPoints?: number): PeakMeter => new PeakMeter(80, maxPoints);

describe('The waveform', () => {
  it('holds the lowest and the highest sample of each point, in 8 bits', () => {
    const measured = meter();
    measured.add(pcm(0, 32_767, -32_768, 5, -200, 100, 300, -700));
    expect(measured.result()).toEqual({
      version: 2,
      channels: 1,
      sample_rate: 80,
      samples_per_pixel: 4,
      bits: 8,
      length: 2,
      data: [-128, 127, -2, 1],
    });
  });

  it('does not depend on how the samples come in', () => {
    const samples = Array.from({ length: 103 }, (_, n) => Math.round(30_000 * Math.sin(n)));
    const whole = meter();
    whole.add(pcm(...samples));
    const pieces = meter();
    for (const sample of samples) pieces.add(pcm(sample));
    expect(pieces.result()).toEqual(whole.result());
    expect(whole.result().length).toBe(26);
  });

  it('of a recording that is a little longer has a last point that is shorter', () => {
    const measured = meter();
    measured.add(pcm(256, 256, 256, 256, 1_024));
    expect(measured.result().data).toEqual([1, 1, 4, 4]);
  });

  it.each([1, 4, 15, 16, 17, 31, 32, 33, 63, 64, 65, 250])(
    'of %i samples is never longer than its limit, and lacks nothing',
    (length) => {
      const samples = Array.from({ length }, (_, n) => n * 256 - 32_000);
      const measured = meter(4);
      measured.add(pcm(...samples));
      const { length: points, data, samples_per_pixel: width } = measured.result();
      expect(points).toBe(Math.ceil(length / width));
      expect(points).toBeLessThanOrEqual(4);
      const expected = Array.from({ length: points }, (_, point) => {
        const part = samples.slice(point * width, (point + 1) * width);
        return [Math.min(...part), Math.max(...part)].map((sample) => Math.trunc(sample / 256));
      });
      expect(data).toEqual(expected.flat());
    },
  );

  it('of nothing has no points', () => expect(meter().result()).toMatchObject({ length: 0, data: [] }));
});
