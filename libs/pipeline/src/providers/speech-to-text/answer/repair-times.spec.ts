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
const SPEECH = SPOKEN.map(({ start, end }) => ({ start: start ?? 0, end: end ?? 0 }));

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
    const segments = repairTimes(inUnits(units), { durationSeconds: DURATION, speech: SPEECH });
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
  it('of a segment that was sent twice are left: what is a copy is decided later', () => {
    const heard = [raw(0, 2, 'yes'), raw(0, 2, 'yes'), raw(2, 4, 'yes')];
    expect(repairTimes(heard, { durationSeconds: 5 })).toEqual(heard);
  });
  it.each([
    [0, 0],
    [0, 30],
    [0, 120],
    [7, 7],
    [0, 30_000],
    [0, null],
  ])('are estimated where all segments last from %p to %p', (start, end) => {
    const heard = SPOKEN.map(({ text }) => raw(start, end, text));
    const segments = repairTimes(heard, { durationSeconds: DURATION, speech: SPEECH });
    expect(segments.map(({ text }) => text)).toEqual(SPOKEN.map(({ text }) => text));
    expect(segments.every(({ timesEstimated }) => timesEstimated)).toBe(true);
    // People speak at an even speed here: the length of the texts tells where in the speech they are.
    segments.forEach((segment, index) => {
      expect(Math.abs(segment.start - (SPEECH[index]?.start ?? 0))).toBeLessThan(4);
      expect(segment.end).toBeGreaterThan(segment.start);
    });
  });
  it('are estimated within the stretch that some segments share', () => {
    const heard = [raw(0, 4, 'one'), raw(4, 10, 'two'), raw(4, 10, 'six'), raw(10, 12, 'nine')];
    const speech = [
      { start: 0, end: 6 },
      { start: 8, end: 12 },
    ];
    expect(repairTimes(heard, { durationSeconds: 12, speech })).toEqual([
      { start: 0, end: 4, text: 'one' },
      { start: 4, end: 6, text: 'two', timesEstimated: true },
      { start: 8, end: 10, text: 'six', timesEstimated: true },
      { start: 10, end: 12, text: 'nine' },
    ]);
    const windows = [raw(0, 30, 'one'), raw(0, 30, 'two'), raw(30, 60, 'six'), raw(30, 60, 'ten')];
    expect(repairTimes(windows, { durationSeconds: 60 })).toEqual([
      { start: 0, end: 15, text: 'one', timesEstimated: true },
      { start: 15, end: 30, text: 'two', timesEstimated: true },
      { start: 30, end: 45, text: 'six', timesEstimated: true },
      { start: 45, end: 60, text: 'ten', timesEstimated: true },
    ]);
  });
  it('are those of the words where the segments share one', () => {
    const given = [
      { ...raw(0, 30, 'Good.'), words: [raw(2, 2.5, 'Good.')] },
      { ...raw(0, 30, 'Bad luck.'), words: [raw(4, 4.5, 'Bad'), raw(5, 5.5, 'luck.')] },
    ];
    expect(repairTimes(given, { durationSeconds: 30 })).toMatchObject([
      { start: 2, end: 2.5, text: 'Good.' },
      { start: 4, end: 5.5, text: 'Bad luck.' },
    ]);
    const zeros = { ...raw(1, 3, 'Bad luck.'), words: [raw(0, 0, 'Bad'), raw(0, 0, 'luck.')] };
    expect(repairTimes([zeros], { durationSeconds: 30 })).toEqual([{ start: 1, end: 3, text: 'Bad luck.' }]);
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
