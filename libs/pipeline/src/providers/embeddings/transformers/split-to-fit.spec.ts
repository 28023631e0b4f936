import { splitToFit } from './split-to-fit';

describe('Splitting a text to fit', () => {
  const wordCount = (text: string): number => text.split(/\s+/).length;
  const letterCount = (text: string): number => Array.from(text).length;

  it('leaves a text that fits', () => expect(splitToFit(' one two ', wordCount, 2)).toEqual(['one two']));
  it('gives nothing for a blank text', () => expect(splitToFit(' \n', wordCount, 2)).toEqual([]));
  it('cuts at word borders and loses no word', () => {
    const text = Array.from({ length: 101 }, (_, index) => `word${index}`).join(' ');
    const pieces = splitToFit(text, wordCount, 8);
    expect(pieces.join(' ')).toBe(text);
    for (const piece of pieces) expect(wordCount(piece)).toBeLessThanOrEqual(8);
  });
  it('cuts a word without borders between characters', () => {
    const pieces = splitToFit('😀'.repeat(33), letterCount, 5);
    expect(pieces.join('')).toBe('😀'.repeat(33));
    for (const piece of pieces) expect(piece).toMatch(/^\p{Emoji}+$/u);
  });
});
