import fc from 'fast-check';
import { cutPassages, cutReportPassages } from './passages';

const options = { targetCharacters: 60, overlapCharacters: 20 };
const line = (start: number, end: number, text: string) => ({ start, end, text });

describe('cutPassages', () => {
  it('cuts at ends of sentences, each passage with its times, neighbours sharing a sentence', () => {
    const text = 'The room was cold at night. We asked. Nobody came for an hour. Then it was warm.';
    const passages = cutPassages([line(0, 8, text)], options);
    expect(passages.map((passage) => passage.text)).toEqual([
      'The room was cold at night. We asked.',
      'We asked. Nobody came for an hour. Then it was warm.',
    ]);
    expect(passages[0]).toMatchObject({ ordinal: 0, start: 0, end: expect.closeTo(3.7, 1) });
    expect(passages[1]).toMatchObject({ ordinal: 1, start: expect.closeTo(2.8, 1), end: 8 });
  });
  it('cuts speech without punctuation where its lines end, and a line that is too long between words', () => {
    const lines = [
      line(0, 2, 'we came late and nobody was there'),
      line(2, 4, 'so we waited outside in the rain'),
    ];
    expect(cutPassages(lines, options).map((passage) => passage.text)).toEqual(
      lines.map((each) => each.text),
    );
    const long = cutPassages([line(0, 10, 'word '.repeat(40).trim())], options);
    for (const { text } of long) expect(text).toMatch(/^(word ?)+$/);
  });
  it('names the speaker once per line', () => {
    expect(cutPassages([{ ...line(0, 1, 'Yes. No.'), speaker: 'Guest' }], options)[0]?.text).toBe(
      'Guest: Yes. No.',
    );
  });
  it('loses no word, keeps times in order, and always advances', () => {
    const word = fc.stringMatching(/^[a-zа-я]{1,90}[.!?]?$/u);
    const lines = fc.array(fc.array(word, { minLength: 1, maxLength: 12 }), { maxLength: 20 });
    fc.assert(
      fc.property(lines, (all) => {
        const spoken = all.map((words, n) => line(n * 2, n * 2 + 1, words.join(' ')));
        const passages = cutPassages(spoken, options);
        const found = new Set(passages.flatMap((passage) => passage.text.split(' ')));
        for (const each of all.flat()) expect(found.has(each)).toBe(true);
        passages.forEach((passage, ordinal) => {
          expect(passage.ordinal).toBe(ordinal);
          expect(passage.end!).toBeGreaterThanOrEqual(passage.start!);
          expect(passage.lines.map((each) => each.text).join(' ')).toBe(passage.text);
          if (ordinal > 0) expect(passage.start!).toBeGreaterThanOrEqual(passages[ordinal - 1]!.start!);
        });
      }),
      { numRuns: 300 },
    );
  });
  it('cuts a report by its paragraphs, without times', () => {
    const passages = cutReportPassages(
      '# Title\n\nFirst paragraph that is long enough to stand alone.\n\nSecond.',
      options,
    );
    expect(passages).toMatchObject([
      { start: null, end: null, lines: [] },
      { text: expect.stringContaining('Second.') },
    ]);
  });
});
