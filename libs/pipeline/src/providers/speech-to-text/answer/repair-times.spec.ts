import { RawSegment } from './raw-segment';
import { repairTimes } from './repair-times';

const raw = (start: number | null, end: number | null, text: string): RawSegment => ({ start, end, text });
/** Six sentences over two minutes, as ordinary people speak. */
const SPOKEN = [
  raw(0, 6, 'The room was clean, but the shower took ten minutes to get warm.'),
  raw(6.5, 11, 'Nobody answered the telephone at the desk.'),
  raw(14, 20, 'We waited for an hour and then went down to ask for towels.'),
  raw(48, 55, 'Breakfast was good, with fresh bread and more fruit than we could eat.'),
  raw(81, 84, 'The lift was slow.'),
  raw(110, 118, 'I would come again if the shower worked, and I would bring my sister.'),
];
const inUnits = (units: number): RawSegment[] =>
  SPOKEN.map(({ start, end, text }) => raw((start ?? 0) * units, (end ?? 0) * units, text));
const DURATION = 120;

describe('Times of an answer', () => {
  it.each([
    ['seconds', 1],
    ['milliseconds', 1_000],
    ['nanoseconds', 1e9],
    ['microseconds', 1e6],
    ['ticks of 100 ns', 1e7],
    ['hundredths', 100],
    ['samples', 16_000],
    ['minutes', 1 / 60],
  ])('are understood in %s', (_unit, units) => {
    const segments = repairTimes(inUnits(units), { durationSeconds: DURATION });
    expect(segments.map(({ text }) => text)).toEqual(SPOKEN.map(({ text }) => text));
    segments.forEach(({ start, end, timesEstimated }, index) => {
      expect(start).toBeCloseTo(SPOKEN[index]?.start ?? -1, 3);
      expect(end).toBeCloseTo(SPOKEN[index]?.end ?? -1, 3);
      expect(timesEstimated).toBeUndefined();
    });
  });
  it('are believed in seconds beside a single one that is out of range', () => {
    const segments = repairTimes([...SPOKEN, raw(5_000, 5_002, 'Goodbye.')], { durationSeconds: DURATION });
    expect(segments[3]).toMatchObject({ start: 48, end: 55 });
    expect(segments.at(-1)).toEqual({ start: 118, end: 120, text: 'Goodbye.', timesEstimated: true });
  });
  it('are estimated over the whole audio where no unit makes sense of them', () => {
    const senseless = [raw(1e15, 3e15, 'one two'), raw(4e15, 5e15, 'three')];
    expect(repairTimes(senseless, { durationSeconds: 12 })).toEqual([
      { start: 0, end: 7, text: 'one two', timesEstimated: true },
      { start: 7, end: 12, text: 'three', timesEstimated: true },
    ]);
    const zeros = SPOKEN.map(({ text }) => raw(0, 0, text));
    expect(repairTimes(zeros, { durationSeconds: DURATION })).toHaveLength(SPOKEN.length);
    expect(repairTimes(zeros, { durationSeconds: DURATION }).at(-1)).toMatchObject({
      end: DURATION,
      timesEstimated: true,
    });
  });
  it('are estimated between the neighbours of a segment that has none', () => {
    const heard = [raw(0, 2, 'one'), raw(null, null, 'two'), raw(6, 8, 'three'), raw(null, null, 'four')];
    expect(repairTimes(heard, { durationSeconds: 9 })).toEqual([
      { start: 0, end: 2, text: 'one' },
      { start: 2, end: 6, text: 'two', timesEstimated: true },
      { start: 6, end: 8, text: 'three' },
      { start: 8, end: 9, text: 'four', timesEstimated: true },
    ]);
  });
  it('may be unsorted, overlapping, negative or the wrong way round', () => {
    const heard = [raw(5, 7, 'c'), raw(-1, 3, 'a'), raw(2, 6, 'b'), raw(8, 7.5, 'd'), raw(9, 40, 'e')];
    expect(repairTimes(heard, { durationSeconds: 10 })).toEqual([
      { start: 0, end: 3, text: 'a' },
      { start: 2, end: 6, text: 'b' },
      { start: 5, end: 7, text: 'c' },
      { start: 8, end: 8, text: 'd' },
      { start: 9, end: 10, text: 'e' },
    ]);
  });
  it('of a segment that was sent twice are taken once', () => {
    const heard = [raw(0, 2, 'yes'), raw(0, 2, 'yes'), raw(2, 4, 'yes')];
    expect(repairTimes(heard, { durationSeconds: 5 })).toHaveLength(2);
  });
  it('of words are converted like those of segments, and left out when they are not those of the text', () => {
    const word = (start: number, end: number, text: string) => ({ start, end, text });
    const milliseconds: RawSegment = {
      ...raw(1_000, 3_000, 'Good morning, all.'),
      words: [word(1_000, 1_400, ' Good'), word(1_500, 2_000, ' morning,'), word(2_500, 3_000, ' all.')],
    };
    expect(repairTimes([milliseconds], { durationSeconds: 10 })).toEqual([
      {
        ...{ start: 1, end: 3, text: 'Good morning, all.' },
        words: [word(1, 1.4, 'Good'), word(1.5, 2, 'morning,'), word(2.5, 3, 'all.')],
      },
    ]);
    const others: RawSegment = {
      ...raw(1, 3, 'Good evening.'),
      words: [word(1, 2, 'Good'), word(2, 3, 'day')],
    };
    expect(repairTimes([others], { durationSeconds: 10 })).toEqual([
      { start: 1, end: 3, text: 'Good evening.' },
    ]);
  });
});
