import fc from 'fast-check';
import { cutSpans } from './cut-points';
import { LoudnessCurve } from './ffmpeg/loudness';
import { SoundMap, soundMapOf } from './sound-map';

/** Speech at -20 dB with silences (in seconds), measured by loudness alone. */
function recording(durationSeconds: number, silences: [number, number][] = []): SoundMap {
  return soundMapOf({ loudness: curve(durationSeconds, silences), voice: undefined });
}

const FRAME = 0.032;

function curve(durationSeconds: number, silences: [number, number][] = []): LoudnessCurve {
  const decibels = Array.from({ length: Math.ceil(durationSeconds / FRAME) }, (_, frame) =>
    silences.some(([from, to]) => frame * FRAME >= from && (frame + 1) * FRAME <= to) ? -70 : -20,
  );
  return { frameSeconds: FRAME, decibels, durationSeconds };
}
const preference = { targetSeconds: 20, maxSeconds: 30 };

describe('cutSpans', () => {
  it('leaves what is short enough whole', () => {
    expect(cutSpans(recording(30), preference)).toEqual([{ start: 0, end: 30, overlapSeconds: 0 }]);
  });
  it('cuts in the middle of the silence nearest to the target', () => {
    const spans = cutSpans(
      recording(45, [
        [12, 13],
        [22, 23],
        [28, 29],
      ]),
      preference,
    );
    expect(spans).toEqual([
      { start: 0, end: expect.closeTo(22.5, 1), overlapSeconds: 0 },
      { start: expect.closeTo(22.5, 1), end: 45, overlapSeconds: 0 },
    ]);
  });
  it('does not take a short pause for a silence', () => {
    expect(cutSpans(recording(45, [[19, 19.2]]), preference)[1]?.overlapSeconds).toBe(5);
  });
  it('without silence cuts at the quietest point, and the next begins five seconds earlier', () => {
    const loud = curve(45);
    for (let frame = 780; frame <= 784; frame += 1) loud.decibels[frame] = -30;
    expect(cutSpans(soundMapOf({ loudness: loud, voice: undefined }), preference)).toEqual([
      { start: 0, end: expect.closeTo(25.04, 2), overlapSeconds: 0 },
      { start: expect.closeTo(20.04, 2), end: 45, overlapSeconds: 5 },
    ]);
  });
  it('covers everything, keeps to the maximum and always advances', () => {
    const levels = fc.array(fc.integer({ min: -80, max: 0 }), { minLength: 1, maxLength: 3_000 });
    fc.assert(
      fc.property(
        levels,
        fc.integer({ min: 5, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (decibels, target, more) => {
          const maxSeconds = target + more;
          const durationSeconds = decibels.length / 10;
          const spans = cutSpans(
            soundMapOf({ loudness: { frameSeconds: 0.1, decibels, durationSeconds }, voice: undefined }),
            { targetSeconds: target, maxSeconds },
          );
          expect(spans[0]?.start).toBe(0);
          expect(spans.at(-1)?.end).toBe(durationSeconds);
          spans.forEach((span, index) => {
            expect(span.end - span.start).toBeLessThanOrEqual(maxSeconds + 1e-6);
            expect(span.end).toBeGreaterThan(span.start);
            if (index > 0) expect(span.start).toBeCloseTo(spans[index - 1]!.end - span.overlapSeconds, 6);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
