import { SpeechSegment } from '../providers/speech-to-text';
import { examine, secondsDoubted, Stretch } from './examine';
import { compressionRatio } from './repetition';
import { isStockPhrase } from './stock-phrases';

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

const codes = (segments: readonly SpeechSegment[], silences: readonly Stretch[] = []): string[] =>
  examine(segments, silences).gaps.map((gap) => gap.code);

describe('What was heard', () => {
  it('is left as it is', () => {
    const { segments, gaps } = examine(speech, [{ start: 9, end: 60 }]);
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([]);
    expect(examine([], [{ start: 0, end: 60 }])).toEqual({ segments: [], gaps: [] });
  });
  it('may begin a little before its sound', () => {
    expect(codes([says(0, 3, 'Good morning.')], [{ start: 0, end: 2 }])).toEqual([]);
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
  it('is doubted where our own measure says silence', () => {
    const { segments, gaps } = examine(
      [...speech, says(30, 34, 'And so we went to the market.')],
      [{ start: 9, end: 60 }],
    );
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([{ start: 30, end: 34, code: 'text_on_silence' }]);
  });
  it('is doubted where the provider says so and is not sure of its words', () => {
    const unsure = { noSpeechProbability: 0.8, averageLogProbability: -1.3 };
    expect(codes([says(0, 3, 'Something.', unsure)])).toEqual(['text_on_silence']);
    expect(codes([says(0, 3, 'Something.', { ...unsure, averageLogProbability: -0.2 })])).toEqual([]);
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
  it('is found within a segment', () => {
    expect(codes([says(0, 30, 'I went to the shop and '.repeat(12))])).toEqual(['repetition']);
    expect(codes([says(0, 30, 'you '.repeat(9))])).toEqual(['repetition']);
    expect(codes([says(0, 30, 'Спасибо большое. '.repeat(4))])).toEqual(['repetition']);
  });
  it('is found over segments, and is one gap', () => {
    const loop = Array.from({ length: 6 }, (_, n) => says(10 + n * 2, 12 + n * 2, 'I think that is it.'));
    const { segments, gaps } = examine([...speech, ...loop], []);
    expect(segments).toEqual(speech);
    expect(gaps).toEqual([{ start: 10, end: 22, code: 'repetition' }]);
    expect(secondsDoubted({ segments, gaps })).toBe(12);
  });
  it('is believed of the provider, which sees the tokens', () => {
    expect(codes([says(0, 3, 'Short.', { compressionRatio: 2.5 })])).toEqual(['repetition']);
    expect(codes([says(0, 3, 'Short.', { compressionRatio: 1.2 })])).toEqual([]);
  });
  it('is not seen in ordinary text, however long', () => {
    const text = Array.from(
      { length: 40 },
      (_, n) => `Room ${n} has a view of ${n * 7} trees and costs ${n * 13} euros.`,
    );
    expect(compressionRatio(speech.map((segment) => segment.text).join(' '))).toBeLessThan(2);
    expect(codes(text.map((line, n) => says(n, n + 1, line)))).toEqual([]);
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
  it('is doubted when there is nothing else, when it is half silent, or when the provider doubts', () => {
    expect(codes([thanks()])).toEqual(['stock_phrase']);
    expect(codes([...speech, thanks()], [{ start: 20.8, end: 30 }])).toEqual(['stock_phrase']);
    expect(codes([...speech, thanks({ noSpeechProbability: 0.4 })])).toEqual(['stock_phrase']);
  });
  it('is believed in the middle of speech', () => expect(codes([...speech, thanks()])).toEqual([]));
});
