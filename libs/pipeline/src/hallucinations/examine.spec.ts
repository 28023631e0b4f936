import { SpeechSegment } from '../providers/speech-to-text';
import { examine as examineWith, Examined, secondsDoubted } from './examine';
import { compressionRatio } from './repetition';
import { isStockPhrase } from './stock-phrases';
import { Stretch } from '../stretch';

const says = (
  start: number,
  end: number,
  text: string,
  signals?: SpeechSegment['signals'],
): SpeechSegment => ({
  start,
  end,
  text,
  ...(signals && { signals }),
});
const speech = [
  says(0, 4, 'The room was clean, but the shower took ten minutes to get warm.'),
  says(4, 7, 'No, no, no, I did not call the reception.'),
  says(7, 9, 'Thank you very much.'),
];

const DURATION = 60;
/** Silent after the last text unless told: what is not heard there is another test's matter. */
function examine(segments: readonly SpeechSegment[], silences?: readonly Stretch[]): Examined {
  const last = Math.max(0, ...segments.map(({ end }) => end));
  const after = [{ start: last, end: DURATION }];
  return examineWith(segments, { silences: silences ?? after, durationSeconds: DURATION });
}
const codes = (segments: readonly SpeechSegment[], silences?: readonly Stretch[]): string[] =>
  examine(segments, silences).gaps.map((gap) => gap.code);

describe('What was heard', () => {
  it('is left as it is', () => {
    const { segments, gaps } = examine(speech, [{ start: 9, end: 60 }]);
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([]);
    expect(examine([], [{ start: 0, end: 60 }])).toEqual({ segments: [], gaps: [], removed: [] });
  });
  it('may begin a little before its sound', () => {
    expect(
      codes([says(0, 3, 'Good morning.', { noSpeechProbability: 0.7 })], [{ start: 0, end: 2 }]),
    ).not.toContain('text_on_silence');
  });
  it('may be repeated as people repeat', () => {
    const shelves = 'The first shelf is full, the second shelf is full, the third shelf is full.';
    expect(codes([says(0, 3, 'Yes, yes, yes, yes, yes.'), says(3, 6, 'Stop it. Stop it. Stop it.')])).toEqual(
      [],
    );
    expect(
      codes([says(0, 3, shelves), says(3, 4, 'Okay.'), says(4, 5, 'Okay.'), says(5, 6, 'Okay.')]),
    ).toEqual([]);
  });
});

describe('Text on silence', () => {
  it('is doubted deep in a silence of our own measure, where the recogniser tells no doubts', () => {
    const { segments, gaps, removed } = examine(
      [...speech, says(30, 34, 'And so we went to the market.')],
      [{ start: 9, end: 60 }],
    );
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([{ start: 30, end: 34, code: 'text_on_silence' }]);
    expect(removed).toEqual([
      { start: 30, end: 34, code: 'text_on_silence', text: 'And so we went to the market.' },
    ]);
    expect(codes([says(30, 34, 'Quietly said.')], [{ start: 29.5, end: 34.5 }])).not.toContain(
      'text_on_silence',
    );
  });
  it('is doubted where the recogniser and our own measure both say so', () => {
    const silence = [{ start: 0, end: 60 }];
    const unsure = { noSpeechProbability: 0.8, averageLogProbability: -1.3 };
    const sure = { noSpeechProbability: 0.1, averageLogProbability: -0.2 };
    expect(codes([says(0, 3, 'Something.', unsure)], silence)).toEqual(['text_on_silence']);
    expect(codes([says(0, 3, 'Something.', unsure)])).toEqual([]);
    expect(codes([says(0, 3, 'Something.', sure)], silence)).toEqual([]);
  });
  it('is judged over the whole chunk where its times are unknown', () => {
    const text: SpeechSegment = { ...says(0, 3, 'Something.'), timesEstimated: true };
    expect(codes([text], [{ start: 0, end: 20 }])).toEqual([]);
    expect(codes([text], [{ start: 0, end: 60 }])).toEqual(['text_on_silence']);
  });
});

describe('A text without a length', () => {
  it('is doubted on silence, as a gap that has one', () => {
    const { gaps } = examine([...speech, says(30, 30, 'Hm.')], [{ start: 9, end: 60 }]);
    expect(gaps).toEqual([{ start: 29.5, end: 30.5, code: 'text_on_silence' }]);
    expect(codes([says(3, 3, 'Hm.')], [{ start: 9, end: 60 }])).toEqual([]);
  });
});

describe('A loop', () => {
  it('within a segment loses its copies, and keeps the first ones', () => {
    const said = (text: string): string[] => examine([says(0, 30, text)]).segments.map((one) => one.text);
    expect(said('I went to the shop and '.repeat(12) + 'then home.')).toEqual([
      'I went to the shop and I went to the shop and',
      'then home.',
    ]);
    expect(said('Well, ' + 'you '.repeat(9))).toEqual(['Well, you you']);
    expect(said('Спасибо большое. '.repeat(8))).toEqual(['Спасибо большое. Спасибо большое.']);
    expect(said('ありがとう。'.repeat(8))).toEqual(['ありがとう。ありがとう。']);
  });
  it('over segments is one gap, and what is removed can be read', () => {
    const loop = Array.from({ length: 6 }, (_, n) => says(10 + n * 2, 12 + n * 2, 'I think that is it.'));
    const { segments, gaps, removed } = examine([...speech, ...loop]);
    expect(segments).toEqual([...speech, ...loop.slice(0, 2)]);
    expect(gaps).toEqual([{ start: 14, end: 22, code: 'repetition' }]);
    expect(removed.map(({ text }) => text)).toEqual(Array(4).fill('I think that is it.'));
    expect(secondsDoubted({ segments, gaps, removed })).toBe(8);
  });
  it('is placed by word times where there are any', () => {
    const words = Array.from({ length: 10 }, (_, n) => ({ start: 4 + n, end: 4.5 + n, text: 'you' }));
    const { segments, gaps } = examine([{ ...says(0, 15, Array(10).fill('you').join(' ')), words }]);
    expect(gaps[0]).toEqual({ start: 6, end: 15, code: 'repetition' });
    expect(segments).toEqual([{ start: 0, end: 5.5, text: 'you you', words: words.slice(0, 2) }]);
  });
  it('is not believed of the provider alone', () => {
    expect(codes([says(0, 3, 'Short.', { compressionRatio: 2.5 })])).toEqual([]);
    const fourTimes =
      'we will see. '.repeat(4) + 'And then there is the question of the lift and the stairs.';
    expect(codes([says(0, 60, fourTimes, { compressionRatio: 9 })])).toEqual([]);
    const long = 'we will see what happens then. '.repeat(4);
    expect(codes([says(0, 30, long, { compressionRatio: 9 })])).toEqual(['repetition']);
  });
  it('is not seen in ordinary text, however long', () => {
    const text = Array.from(
      { length: 40 },
      (_, n) => `Room ${n} has a view of ${n * 7} trees and costs ${n * 13} euros.`,
    );
    expect(compressionRatio(speech.map((segment) => segment.text).join(' '))).toBeLessThan(2);
    expect(codes(text.map((line, n) => says(n, n + 1, line)))).toEqual([]);
    expect(codes([says(0, 40, text.join(' '))])).toEqual([]);
  });
});

describe('A phrase that is said five times in a row', () => {
  const PHRASE = 'We will see what happens then.';
  const TIMES = [
    { start: 0.1, end: 1.62 },
    { start: 2, end: 3.6 },
    { start: 4.24, end: 5.68 },
    { start: 6.1, end: 7.5 },
    { start: 8.38, end: 9.88 },
  ];
  const said = TIMES.map(({ start, end }) => says(start, end, PHRASE));
  const removedOf = (segments: SpeechSegment[], spoken: Stretch[] | undefined): string[] => {
    const audio = { silences: [{ start: 10, end: DURATION }], speech: spoken, durationSeconds: DURATION };
    return examineWith(segments, audio).removed.map(({ code }) => code);
  };
  const LOOP = Array(3).fill('repetition');
  it('is kept where the sound has five utterances of it', () => {
    expect(removedOf(said, TIMES)).toEqual([]);
    const rough = TIMES.map(({ start, end }) => ({ start: start + 0.2, end: end + 0.1 }));
    expect(removedOf(said, rough)).toEqual([]);
    const words = TIMES.flatMap(({ start, end }) =>
      PHRASE.split(' ').map((text, index) => {
        const each = (end - start) / 6;
        return { start: start + index * each, end: start + (index + 1) * each, text };
      }),
    );
    const inOne = { ...says(0.1, 9.88, Array(5).fill(PHRASE).join(' ')), words };
    expect(removedOf([inOne], TIMES)).toEqual([]);
  });
  it('is a loop over one long speech, over silence, over other sentences, and where nobody knows', () => {
    expect(removedOf(said, [{ start: 0, end: 10 }])).toEqual(LOOP);
    expect(removedOf(said, TIMES.slice(0, 3))).toEqual(LOOP);
    expect(removedOf(said, undefined)).toEqual(LOOP);
    // As Whisper writes loops: a segment every two seconds.
    const even = TIMES.map((_, index) => says(index * 2, index * 2 + 2, PHRASE));
    expect(
      removedOf(even, [
        { start: 0, end: 1.5 },
        { start: 2.7, end: 6.4 },
        { start: 7, end: 10 },
      ]),
    ).toEqual(LOOP);
    const others = [
      { start: 0.1, end: 1.62 },
      { start: 2, end: 5.1 },
      { start: 5.6, end: 6.4 },
      { start: 7, end: 7.9 },
      { start: 8.38, end: 9.88 },
    ];
    expect(
      removedOf(
        others.map(({ start, end }) => says(start, end, PHRASE)),
        others,
      ),
    ).toEqual(LOOP);
    const estimated = said.map((one): SpeechSegment => ({ ...one, timesEstimated: true }));
    expect(removedOf(estimated, TIMES)).toEqual(LOOP);
  });
  it('is a loop where its words would be impossibly fast, or stand eight times', () => {
    const fast = TIMES.map(({ start }) => says(start, start + 0.3, PHRASE));
    expect(
      removedOf(
        fast,
        fast.map(({ start, end }) => ({ start, end })),
      ),
    ).toEqual(LOOP);
    const eight = Array.from({ length: 8 }, (_, n) => ({
      start: n * 2.1 + 0.1 * (n % 3),
      end: n * 2.1 + 1.5,
    }));
    const all = eight.map(({ start, end }) => says(start, end, PHRASE));
    expect(examineWith(all, { silences: [], speech: eight, durationSeconds: 18 }).removed).toHaveLength(6);
  });
});

describe('A segment that the answer holds twice', () => {
  const [first, second] = [says(0, 4, 'The room was clean.'), says(4, 6, 'The shower was not.')];
  it('is kept once; the copy leaves a trace, and no gap', () => {
    const { segments, gaps, removed } = examine([first, second, first, second]);
    expect(segments).toEqual([first, second]);
    expect(gaps).toEqual([]);
    expect(removed).toEqual([
      { ...first, code: 'duplicate' },
      { ...second, code: 'duplicate' },
    ]);
  });
  it('is no copy at another time, of other words, without a length, or where the times are estimates', () => {
    const said = (start: number, end: number) => ({
      ...says(0, 4, 'Yes.'),
      words: [{ start, end, text: 'Yes.' }],
    });
    const estimated: SpeechSegment = { ...says(0, 4, 'Yes.'), timesEstimated: true };
    for (const both of [
      [says(0, 2, 'Yes.'), says(2, 4, 'Yes.')],
      [said(0, 1), said(2, 3)],
      [says(4, 4, 'Yes.'), says(4, 4, 'Yes.')],
      [estimated, estimated],
    ])
      expect(examine(both)).toMatchObject({ segments: both, removed: [] });
  });
});

describe('A stock phrase', () => {
  it.each([
    'Thanks for watching!',
    'Thank you for watching, see you in the next video.',
    'Please subscribe to my channel.',
    'Subtitles by the Amara.org community',
    'Субтитры сделал DimaTorzok',
    'Продолжение следует...',
    'Редактор субтитров А.Семкин Корректор А.Егорова',
    'Vielen Dank fürs Zuschauen',
    '[Music]',
  ])('is known: %s', (text) => expect(isStockPhrase(text)).toBe(true));
  it.each([
    'Thank you for the towels.',
    'We like the room.',
    'The music in the lobby was too loud.',
    'Спасибо за завтрак.',
    '',
  ])('is none: %s', (text) => expect(isStockPhrase(text)).toBe(false));

  const thanks = (signals?: SpeechSegment['signals']) => says(20, 22, 'Thanks for watching!', signals);
  it('is doubted when it is half silent, or when the provider doubts', () => {
    expect(codes([...speech, thanks()], [{ start: 20.8, end: 60 }])).toEqual(['stock_phrase']);
    expect(codes([...speech, thanks({ noSpeechProbability: 0.4 })])).toEqual(['stock_phrase']);
  });
  it('is believed in the middle of speech, and where it is all that was said', () => {
    expect(codes([...speech, thanks()])).toEqual([]);
    expect(
      codes(
        [thanks()],
        [
          { start: 0, end: 19 },
          { start: 23, end: 60 },
        ],
      ),
    ).toEqual([]);
    expect(codes([thanks({ noSpeechProbability: 0.4 })], [{ start: 23, end: 60 }])).not.toContain(
      'stock_phrase',
    );
  });
});

describe('A marker of something other than speech', () => {
  it.each([
    '[BLANK_AUDIO]',
    '[Inaudible.]',
    '(soft music)',
    '♪',
    '♪♪♪',
    '[Музыка]',
    '*laughs*',
    '♪ music ♪',
    '(upbeat music playing)',
    '[Applause] (cheering)',
    '<|nospeech|>',
    '（笑）',
    '(Gelächter im Hintergrund)',
    '[speaking in foreign language]',
    '...',
  ])('is no word: %s', (text) => {
    const { segments, gaps, removed } = examine([...speech, says(20, 24, text)]);
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([]);
    expect(removed.map((one) => one.code)).toContain('non_speech_marker');
    expect(removed.map((one) => one.text).join(' ')).toBe(text);
  });
  it('is taken out of speech, whose words and times stay', () => {
    const words = [
      { start: 0, end: 1, text: 'Well,' },
      { start: 1, end: 2, text: '(laughs)' },
      { start: 2, end: 3, text: 'yes.' },
    ];
    expect(examine([{ ...says(0, 3, 'Well, (laughs) yes.'), words }]).segments).toEqual([
      { start: 0, end: 3, text: 'Well, yes.', words: [words[0], words[2]] },
    ]);
    expect(examine([says(0, 3, '♪ We are the champions ♪')]).segments).toEqual([
      says(0, 3, 'We are the champions'),
    ]);
  });
  it.each([
    'He wrote "their" (sic) on the form.',
    'The (single) room [the one on the left] was *very* cold.',
    'The music in the lobby was too loud.',
    '(I would say so.)',
    'Two * three * four is 24.',
    'It costs < 20 euros, not > 30.',
    'The [inaudible] was not clean.',
    'Click (here) and ring (the bell).',
  ])('is none: %s', (text) => {
    const { segments, removed } = examine([says(0, 4, text)]);
    expect(segments).toEqual([says(0, 4, text)]);
    expect(removed).toEqual([]);
  });
});

describe('Sound without text', () => {
  const talk = says(
    0,
    40,
    'We talked about the room, the breakfast, the stairs and the price of the parking.',
  );
  const on = (segments: SpeechSegment[], silences: Stretch[], durationSeconds = 180): Examined['gaps'] =>
    examineWith(segments, { silences, durationSeconds }).gaps;
  it('at the end means that the recogniser stopped', () => {
    expect(on([talk], [])).toEqual([{ start: 40, end: 180, code: 'recogniser_stopped' }]);
    const pauses = Array.from({ length: 45 }, (_, n) => ({ start: 41 + n * 3, end: 42.5 + n * 3 }));
    expect(on([talk], pauses)).toEqual([{ start: 40, end: 180, code: 'recogniser_stopped' }]);
  });
  it('between two texts, before the first or instead of any was not recognised', () => {
    const later = says(100, 180, 'And then we went home, all of us, by the last bus of the day.');
    expect(on([talk, later], [])).toEqual([{ start: 40, end: 100, code: 'not_recognised' }]);
    expect(on([later], [])).toEqual([{ start: 0, end: 100, code: 'not_recognised' }]);
    expect(on([], [])).toEqual([{ start: 0, end: 180, code: 'not_recognised' }]);
  });
  it('is looked for by word times where a segment reaches too far', () => {
    const words = [{ start: 0, end: 2, text: 'Hello.' }];
    expect(on([{ ...says(0, 180, 'Hello.'), words }], [])).toEqual([
      { start: 2, end: 180, code: 'recogniser_stopped' },
    ]);
  });
  it('is none where it is silent, short, or where the times are unknown', () => {
    expect(on([talk], [{ start: 41, end: 180 }])).toEqual([]);
    expect(on([talk], [], 54)).toEqual([]);
    expect(on([{ ...talk, timesEstimated: true }], [])).toEqual([]);
    expect(on([], [{ start: 0, end: 180 }])).toEqual([]);
  });
});
