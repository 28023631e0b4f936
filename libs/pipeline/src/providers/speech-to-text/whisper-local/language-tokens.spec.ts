import { likeliest, whisperLanguages } from './language-tokens';

describe('Whisper languages', () => {
  const vocabulary = new Map([
    ['en', 0],
    ['<|en|>', 1],
    ['<|jw|>', 2],
    ['<|haw|>', 3],
    ['<|translate|>', 4],
    ['<|yue|>', 5],
  ]);
  it('are read off the vocabulary, by their tokens', () => {
    expect(whisperLanguages(vocabulary)).toEqual([
      { language: 'en', code: 'en', token: 1 },
      { language: 'jv', code: 'jw', token: 2 },
      { language: 'haw', code: 'haw', token: 3 },
      // The library does not know Cantonese.
      { language: 'yue', code: 'zh', token: 5 },
    ]);
  });
  it('are chosen by the score of their token', () => {
    const languages = whisperLanguages(vocabulary);
    expect(likeliest(languages, Float32Array.of(9, 1, 4, 3, 9, 2))?.language).toBe('jv');
    expect(likeliest([], Float32Array.of(1))).toBeUndefined();
  });
});
