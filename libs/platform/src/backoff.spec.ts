import fc from 'fast-check';
import { backoffDelayMs } from './backoff';

describe('backoffDelayMs', () => {
  const delay = (attempt: number, random: number, retryAfterMs?: number): number =>
    backoffDelayMs({ attempt, baseMs: 100, maxMs: 1_000, retryAfterMs, random: () => random });

  it('doubles, with half of it jitter, up to a limit', () => {
    expect([1, 2, 3, 4, 5, 60].map((attempt) => delay(attempt, 0))).toEqual([50, 100, 200, 400, 500, 500]);
    expect(delay(2, 0.5)).toBe(150);
  });
  it('never undercuts what was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(),
        (n, r, ms) => {
          expect(delay(n, r, ms)).toBeGreaterThanOrEqual(ms);
        },
      ),
    );
  });
});
