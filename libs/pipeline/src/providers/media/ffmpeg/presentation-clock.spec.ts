import { DecodedFrame } from './decoded-frames';
import { PresentationClock } from './presentation-clock';

const FRAME_SECONDS = 0.02;
const frames = (from: number, count: number): DecodedFrame[] =>
  Array.from({ length: count }, (_, n) => ({
    at: from + n * FRAME_SECONDS,
    seconds: FRAME_SECONDS,
    channels: 1,
  }));

/** Places frames and tells where each begins. */
function place(all: readonly DecodedFrame[], clock = new PresentationClock(null)): number[] {
  return all.map((frame, n) => {
    const silence = clock.place(frame, all[n + 1]);
    expect(silence).toBeGreaterThanOrEqual(0);
    return clock.cursor - frame.seconds;
  });
}

describe('PresentationClock', () => {
  it('counts from the start time of the container, and starts late with silence', () => {
    const clock = new PresentationClock(null);
    clock.beginPart(20);
    expect(place(frames(30, 3), clock)[0]).toBeCloseTo(10, 6);
    expect(clock).toMatchObject({ gaps: [], leadSeconds: 10, followsTimestamps: true });
  });

  it('fills what is missing, and calls it a gap from a second on', () => {
    const clock = new PresentationClock(null);
    const starts = place([...frames(0, 50), ...frames(1.2, 40), ...frames(5, 1)], clock);
    expect(starts[50]).toBeCloseTo(1.2, 6);
    expect(starts.at(-1)).toBeCloseTo(5, 6);
    expect(clock.gaps).toEqual([{ start: expect.closeTo(2, 6), end: expect.closeTo(5, 6) }]);
    expect(clock.followsTimestamps).toBe(true);
  });

  it('places parts one after the other where timestamps run backwards, each at full length', () => {
    const clock = new PresentationClock(null);
    const second = [...frames(0, 50), ...frames(4, 50)];
    const starts = place([...frames(0, 100), ...second], clock);
    expect(starts[100]).toBeCloseTo(2, 6);
    expect(starts[150]).toBeCloseTo(6, 6);
    expect(clock.cursor).toBeCloseTo(7, 6);
    expect(clock.followsTimestamps).toBe(false);
  });

  it('is not led astray by one damaged timestamp, by jitter, or by a step of years', () => {
    const glitch = frames(0, 100);
    glitch[40] = { ...glitch[40]!, at: 900 };
    glitch[60] = { ...glitch[60]!, at: -5 };
    place(glitch).forEach((start, n) => expect(start).toBeCloseTo(n * FRAME_SECONDS, 6));

    const jitter = frames(0, 1_000).map((frame, n) => ({ ...frame, at: frame.at! + (n % 7) * 0.015 }));
    const starts = place(jitter);
    starts.forEach((start, n) => expect(Math.abs(start - n * FRAME_SECONDS)).toBeLessThan(0.1));

    const clock = new PresentationClock(null);
    place([...frames(0, 50), ...frames(1e8, 50)], clock);
    expect(clock.cursor).toBeCloseTo(2, 6);
  });

  it('believes a long pause that the container declares', () => {
    const clock = new PresentationClock(7_202);
    place([...frames(0, 50), ...frames(7_200, 50)], clock);
    expect(clock.gaps).toEqual([{ start: expect.closeTo(1, 6), end: expect.closeTo(7_200, 6) }]);
  });

  it('counts samples and nothing else for recordings without a timeline', () => {
    const clock = new PresentationClock(null, 'samples');
    place([...frames(10, 50), ...frames(30, 50)], clock);
    expect(clock).toMatchObject({ cursor: expect.closeTo(2, 6), gaps: [] });
  });
});
