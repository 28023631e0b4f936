import fc from 'fast-check';
import { mergeChunks } from './merge-chunks';
import { PlacedSegment } from './placed-words';
import { tokensOf } from './tokens';

/** A word that was really said. Seconds from the start of the recording. */
interface Said {
  text: string;
  start: number;
  end: number;
}

/** Few words, so that the same ones meet by chance; and words that are all different. */
const TEN_WORDS = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet'.split(' ');
const DIFFERENT_WORDS = Array.from(
  { length: 160 },
  (_, n) => `${TEN_WORDS[(n * 7) % 10]}${(n * 7_919) % 1_009}`,
);
/** Fixed: where the same word is said again at once and nobody knows when, no rule can count. */
const RUNS = { numRuns: 200, seed: 20_261_201, endOnFailure: true };
const OVERLAP = { start: 20, end: 25 };
const LENGTH = 45;

/** What people say in 45 seconds: words of 0.3 to 0.8 s with pauses of 0.05 to 0.5 s. */
const speech = (wordAt: (draw: number, index: number) => string | undefined): fc.Arbitrary<Said[]> =>
  fc
    .noBias(
      fc.array(
        fc.record({
          draw: fc.nat(9),
          length: fc.integer({ min: 30, max: 80 }),
          pause: fc.integer({ min: 5, max: 50 }),
        }),
        { minLength: 160, maxLength: 160 },
      ),
    )
    .map((drawn) => {
      let at = 0.2;
      const said = drawn.map(({ draw, length, pause }, index) => {
        const word = { text: wordAt(draw, index) ?? '', start: at, end: at + length / 100 };
        at = word.end + pause / 100;
        return word;
      });
      return said.filter(({ end }) => end < LENGTH);
    });
const ofTenWords = speech((draw) => TEN_WORDS[draw]);
const ofDifferentWords = speech((_, index) => DIFFERENT_WORDS[index]);

/** How a recogniser cuts what it hears into segments, and how far its times are off. */
interface Hearing {
  lengths: number[];
  jitter: number[];
  words: boolean;
}

const hearing = (maxWords: number, words: fc.Arbitrary<boolean>): fc.Arbitrary<Hearing> =>
  fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: maxWords }), { minLength: 80, maxLength: 80 }),
    jitter: fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 160, maxLength: 160 }),
    words,
  });

/** The segments of a chunk, with times from its start. */
function heard(said: readonly Said[], chunk: { start: number; end: number }, how: Hearing): PlacedSegment[] {
  const inside = said.filter(({ start, end }) => start >= chunk.start && end <= chunk.end);
  const words = inside.map(({ text, start, end }, index) => {
    const off = (how.jitter[index] ?? 0) / 100;
    return { text, start: Math.max(0, start - chunk.start + off), end: Math.max(0, end - chunk.start + off) };
  });
  const segments: PlacedSegment[] = [];
  for (let at = 0; at < words.length;) {
    const own = words.slice(at, at + (how.lengths[segments.length] ?? 1));
    at += own.length;
    segments.push({
      start: own[0]?.start ?? 0,
      end: own.at(-1)?.end ?? 0,
      text: own.map(({ text }) => text).join(' '),
      ...(how.words && { words: own }),
    });
  }
  return segments;
}

const FIRST = { start: 0, end: OVERLAP.end };
const SECOND = { start: OVERLAP.start, end: LENGTH };

function joined(before: PlacedSegment[], after: PlacedSegment[]): string[] {
  const merged = mergeChunks([
    { ...FIRST, overlapSeconds: 0, segments: before },
    { ...SECOND, overlapSeconds: OVERLAP.end - OVERLAP.start, segments: after },
  ]);
  return merged.flatMap(({ text }) => tokensOf(text).map(({ key }) => key));
}

const texts = (said: readonly Said[]): string[] => said.map(({ text }) => text);

describe('Over a seam each word comes out exactly once', () => {
  it.each([
    ['word times on both sides', true, true],
    ['word times on the earlier side alone', true, false],
    ['word times on the later side alone', false, true],
  ])('with %s', (_name, before, after) => {
    fc.assert(
      fc.property(
        ofDifferentWords,
        hearing(12, fc.constant(before)),
        hearing(12, fc.constant(after)),
        (said, one, other) => {
          expect(joined(heard(said, FIRST, one), heard(said, SECOND, other))).toEqual(texts(said));
        },
      ),
      RUNS,
    );
  });
  it('without word times, by the texts', () => {
    const none = hearing(12, fc.constant(false));
    fc.assert(
      fc.property(ofDifferentWords, none, none, (said, one, other) => {
        expect(joined(heard(said, FIRST, one), heard(said, SECOND, other))).toEqual(texts(said));
      }),
      RUNS,
    );
  });
  it('of a vocabulary of ten, with word times', () => {
    const timed = hearing(12, fc.constant(true));
    fc.assert(
      fc.property(ofTenWords, timed, timed, (said, one, other) => {
        expect(joined(heard(said, FIRST, one), heard(said, SECOND, other))).toEqual(texts(said));
      }),
      RUNS,
    );
  });
  it('of a vocabulary of ten, in segments of up to five seconds without word times', () => {
    const none = hearing(5, fc.constant(false));
    fc.assert(
      fc.property(ofTenWords, none, none, (said, one, other) => {
        expect(joined(heard(said, FIRST, one), heard(said, SECOND, other))).toEqual(texts(said));
      }),
      RUNS,
    );
  });
  it.each([
    ['with word times', true],
    ['without word times', false],
  ])(
    'also where one side heard a word otherwise, %s: it is one of the two, never neither',
    (_name, timed) => {
      const side = hearing(timed ? 8 : 4, fc.constant(timed));
      fc.assert(
        fc.property(ofDifferentWords, side, side, fc.nat(), fc.boolean(), (said, one, other, pick, later) => {
          // A word in the middle of the overlap: at its edge, a word heard otherwise and one that was missed look the same.
          const shared = said.filter(
            ({ start, end }) => start >= OVERLAP.start + 1 && end <= OVERLAP.end - 1,
          );
          const changed = shared[pick % Math.max(1, shared.length)];
          const misheard = said.map((word) => (word === changed ? { ...word, text: 'zulu' } : word));
          const before = heard(later ? said : misheard, FIRST, one);
          const after = heard(later ? misheard : said, SECOND, other);
          const expected = texts(said);
          const result = joined(before, after).map((text, index) =>
            text === 'zulu' ? expected[index] : text,
          );
          expect(result).toEqual(expected);
        }),
        RUNS,
      );
    },
  );
  it('also where one side missed a word and there are word times', () => {
    const side = hearing(8, fc.constant(true));
    fc.assert(
      fc.property(ofDifferentWords, side, side, fc.nat(), fc.boolean(), (said, one, other, pick, later) => {
        const shared = said.filter(({ start, end }) => start >= OVERLAP.start && end <= OVERLAP.end);
        const missed = shared[pick % Math.max(1, shared.length)];
        const rest = said.filter((word) => word !== missed);
        const result = joined(
          heard(later ? said : rest, FIRST, one),
          heard(later ? rest : said, SECOND, other),
        );
        expect(result).toEqual(texts(said));
      }),
      RUNS,
    );
  });
  it('and nothing is dropped without an overlap', () => {
    const side = hearing(8, fc.boolean());
    fc.assert(
      fc.property(ofTenWords, side, side, (said, one, other) => {
        const cut = { start: 0, end: 22 };
        const rest = { start: 22, end: LENGTH };
        const heardByEither = [...heard(said, cut, one), ...heard(said, rest, other)];
        const merged = mergeChunks([
          { ...cut, overlapSeconds: 0, segments: heard(said, cut, one) },
          { ...rest, overlapSeconds: 0, segments: heard(said, rest, other) },
        ]);
        expect(merged.map(({ text }) => text)).toEqual(heardByEither.map(({ text }) => text));
      }),
      RUNS,
    );
  });
});

describe('Texts without usable times', () => {
  const bare = (text: string, seconds: number): PlacedSegment => ({
    ...{ start: 0, end: seconds, text },
    timesEstimated: true,
  });
  it('are joined where both sides say the same', () => {
    const before = 'So we went to the market and then it began to rain and we ran';
    const after = 'began to rain and we ran home without the umbrella that the hotel had';
    expect(joined([bare(before, 25)], [bare(after, 25)]).join(' ')).toBe(
      'so we went to the market and then it began to rain and we ran home without the umbrella that the hotel had',
    );
  });
  it('are put one after the other where they have nothing in common but small words', () => {
    const before = 'So we went to the market and the bus was late';
    const after = 'Breakfast in the hotel was better than the dinner';
    expect(joined([bare(before, 25)], [bare(after, 25)])).toHaveLength(11 + 9);
  });
});
