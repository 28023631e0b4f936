import { parseLenientJson } from '../answer/read-number';
import { readTranscription } from './transcription-answer';

const request = { file: 'chunk.mp3', durationSeconds: 60, language: undefined, promptContext: '' };
const read = (answer: unknown) => readTranscription(answer, request, undefined);
const textOf = (answer: unknown): string =>
  read(answer)
    .segments.map(({ text }) => text)
    .join(' ');

describe('An answer of the transcription call', () => {
  it('keeps its text where segments are empty, missing, null or without text', () => {
    const text = ' The shower was cold.';
    for (const segments of [[], null, undefined, [{ start: 0, end: 3 }], [null], [{ text: '  ' }], 'none']) {
      expect(read({ text, segments }).segments).toEqual([
        { start: 0, end: 60, text: 'The shower was cold.', timesEstimated: true },
      ]);
    }
  });
  it('takes null for absent', () => {
    const nulls = {
      no_speech_prob: null,
      compression_ratio: null,
      avg_logprob: null,
      words: null,
      tokens: null,
    };
    expect(
      read({
        text: 'One.',
        ...{ language: null, duration: null, usage: null, words: null },
        segments: [{ id: null, start: 0, end: 2, text: ' One.', ...nulls }],
      }),
    ).toEqual({
      language: undefined,
      segments: [{ start: 0, end: 2, text: 'One.' }],
      usage: { audioSeconds: 60 },
    });
  });
  it('holds no speech where its text is null', () => {
    expect(read({ text: null }).segments).toEqual([]);
    expect(read({ text: null, segments: [] }).segments).toEqual([]);
    expect(read({ text: '', segments: [] }).segments).toEqual([]);
  });
  it('is none without text and segments', () => {
    for (const answer of [{}, { text: 7 }, { error: { message: 'x' } }, [], 'hello', null]) {
      expect(() => read(answer)).toThrow('the answer is not a transcription');
    }
  });
  it('keeps what the text holds and the segments lack', () => {
    const segments = [
      { start: 0, end: 4, text: ' We went out.' },
      { start: 30, end: 34, text: ' Then it rained.' },
    ];
    const text = 'We went out. It was warm. Then it rained. All day.';
    expect(read({ text, segments }).segments).toMatchObject([
      { start: 0, end: 4, text: 'We went out.' },
      { start: 4, end: 30, text: 'It was warm.', timesEstimated: true },
      { start: 30, end: 34, text: 'Then it rained.' },
      { start: 34, end: 60, text: 'All day.', timesEstimated: true },
    ]);
    expect(textOf({ text: 'Wir gingen aus. Dann regnete es.', segments })).toBe(
      'We went out. Then it rained.',
    );
  });
  it('is read with the NaN that Python writes', () => {
    const body =
      '{"text":"NaN is a \\"number\\".","segments":[{"start":0,"end":2,"text":"NaN is a \\"number\\".",' +
      '"avg_logprob":NaN,"no_speech_prob":-Infinity}]}';
    expect(read(parseLenientJson(body)).segments).toEqual([{ start: 0, end: 2, text: 'NaN is a "number".' }]);
    expect(() => parseLenientJson('<html>')).toThrow(SyntaxError);
  });
  it('gives each segment its words, whether they come with it or beside all', () => {
    const segments = [
      { start: 0, end: 2, text: ' Good morning.' },
      { start: 2, end: 4, text: ' Follow-up, please!' },
    ];
    const words = ['Good', 'morning', 'Follow-up', 'please'].map((word, index) => ({
      ...{ word, start: index, end: index + 0.5 },
    }));
    const expected = [
      { text: 'Good morning.', words: [{ text: 'Good', start: 0, end: 0.5 }, { text: 'morning' }] },
      {
        text: 'Follow-up, please!',
        words: [
          { text: 'Follow-up', start: 2 },
          { text: 'please', start: 3 },
        ],
      },
    ];
    expect(read({ text: '', segments, words }).segments).toMatchObject(expected);
    const inside = segments.map((one, index) => ({ ...one, words: words.slice(index * 2, index * 2 + 2) }));
    expect(read({ text: '', segments: inside }).segments).toMatchObject(expected);
  });
  it('gives a segment that was sent twice no word that was said later', () => {
    const [first, second] = [
      { start: 0, end: 0.5, text: 'Yes.' },
      { start: 1, end: 1.5, text: 'Yes.' },
    ];
    const words = [first, second].map(({ start, end }) => ({ start, end, word: 'Yes' }));
    const own = ({ start, end }: { start: number; end: number }) => [{ start, end, text: 'Yes' }];
    expect(read({ text: '', segments: [first, first, second, second], words }).segments).toEqual([
      { ...first, words: own(first) },
      first,
      { ...second, words: own(second) },
      second,
    ]);
  });
  it('may consist of words alone', () => {
    const words = [
      { word: 'Good', start: 1, end: 1.5 },
      { word: 'morning', start: 2, end: 2.5 },
    ];
    const heard = { start: 1, end: 2.5, words: [{ text: 'Good' }, { text: 'morning', end: 2.5 }] };
    expect(read({ text: 'Good morning.', words }).segments).toMatchObject([
      { ...heard, text: 'Good morning.' },
    ]);
    expect(read({ text: null, segments: [], words }).segments).toMatchObject([
      { ...heard, text: 'Good morning' },
    ]);
  });
  it('repairs the times of nanoseconds', () => {
    const segments = [
      { start: 0, end: 4e9, text: 'The shower took ten minutes to get warm.' },
      { start: 50e9, end: 54e9, text: 'Nobody answered the telephone at the desk.' },
    ];
    expect(read({ text: '', segments }).segments).toMatchObject([
      { start: 0, end: 4 },
      { start: 50, end: 54 },
    ]);
  });
});
