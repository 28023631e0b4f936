import { SeededRandom } from '@test/fuzz/random';
import { Stretch } from '../../../stretch';
import { RawSegment } from './raw-segment';
import { repairTimes } from './repair-times';

const SAMPLE_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const UNITS = [1, 1 / 60, 100, 1_000, 1e6, 1e7, 1e9, ...SAMPLE_RATES];
const RUNS = 40;

interface Talk {
  durationSeconds: number;
  segments: RawSegment[];
  speech: Stretch[] | undefined;
}

/** Sentences with pauses between them, as people talk; the recogniser places their ends roughly. */
function talk(random: SeededRandom, roughness: number): Talk {
  const between = (least: number, most: number): number => least + random.next() * (most - least);
  const durationSeconds = between(15, 240);
  const speech: Stretch[] = [];
  const segments: RawSegment[] = [];
  for (let at = between(0.2, 2); ;) {
    const end = at + between(1.5, 6);
    if (end > durationSeconds - 0.5) break;
    const start = Math.max(0, at + between(-roughness, roughness));
    const text = 'word '.repeat(Math.ceil((end - at) * between(2, 3.5)));
    speech.push({ start: at, end });
    segments.push({ start, end: end + between(-roughness, roughness), text });
    at = end + between(0.3, 2.5);
  }
  return { durationSeconds, segments, speech };
}

type Reading = 'right' | 'estimated' | 'wrong';

function readingOf({ segments, ...audio }: Talk, units: number): Reading {
  const given = segments.map(({ start, end, text }): RawSegment => {
    return { start: (start ?? 0) * units, end: (end ?? 0) * units, text };
  });
  const read = repairTimes(given, audio);
  if (read.every(({ timesEstimated }) => timesEstimated)) return 'estimated';
  const isRight = read.every(({ start, end }, index) => {
    const said = segments[index];
    return Math.abs(start - (said?.start ?? 0)) < 0.01 && Math.abs(end - (said?.end ?? 0)) < 0.01;
  });
  return isRight ? 'right' : 'wrong';
}

function readings(units: number, change: (one: Talk) => Talk = (one) => one): Record<Reading, number> {
  const random = new SeededRandom(Math.round(units * 60));
  const found = { right: 0, estimated: 0, wrong: 0 };
  for (let run = 0; run < RUNS; run += 1) found[readingOf(change(talk(random, 0.2)), units)] += 1;
  return found;
}

describe('The unit of times', () => {
  it.each(UNITS)('of which %d make a second is found, and nothing is taken for another', (units) => {
    const { right, wrong } = readings(units);
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThanOrEqual(RUNS * 0.9);
  });
  it.each(SAMPLE_RATES)('of %d samples a second is not guessed where speech was not measured', (units) => {
    expect(readings(units, (one) => ({ ...one, speech: undefined }))).toMatchObject({ wrong: 0 });
  });
  it.each(UNITS)('of which %d make a second is not mistaken where the recogniser stopped early', (units) => {
    const stopped = (one: Talk): Talk => ({
      ...one,
      segments: one.segments.slice(0, Math.ceil(one.segments.length / 2)),
    });
    expect(readings(units, stopped)).toMatchObject({ wrong: 0 });
  });
  it.each([1_000, 1e6, 1e9])('of %d is believed where the recogniser stopped early', (units) => {
    const stopped = (one: Talk): Talk => ({
      ...one,
      segments: one.segments.slice(0, Math.ceil(one.segments.length / 2)),
    });
    expect(readings(units, stopped).right).toBeGreaterThanOrEqual(RUNS * 0.9);
  });
  it.each(SAMPLE_RATES)('of %d samples a second is told by the declared length alone', (rate) => {
    const text = 'Somebody talks without a pause. '.repeat(20);
    const declared = { durationSeconds: 60, declaredDuration: 60.05 * rate };
    expect(repairTimes([{ start: 0, end: 50 * rate, text }], declared)).toMatchObject([
      { start: 0, end: 50 },
    ]);
  });
  it('is not guessed where two of them end with the speech or with the audio', () => {
    const text = 'Somebody talks without a pause. '.repeat(20);
    const audio = { durationSeconds: 60, speech: [{ start: 0, end: 55.1 }] };
    expect(repairTimes([{ start: 0, end: 60 * 44_100, text }], audio)).toMatchObject([
      { start: 0, end: 55.1, timesEstimated: true },
    ]);
  });
});
