import { likeliest, whisperLanguages } from './language-tokens';

describe('Whisper languages', () => {
  const vocabulary = new Map([
    ['en', 0],
    ['<|en|>', 1],
    ['<|jw|>', 2],
    ['<|haw|>', 3],
    ['<|translate|>', 4],
  ]);
  it('are read off the vocabulary, those with an ISO 639-1 code', () => {
    expect(whisperLanguages(vocabulary)).toEqual([
      { language: 'en', code: 'en', token: 1 },
      { language: 'jv', code: 'jw', token: 2 },
    ]);
  });
  it('are chosen by the score of their token', () => {
    const languages = whisperLanguages(vocabulary);
    expect(likeliest(languages, Float32Array.of(9, 1, 2, 9, 9))?.language).toBe('jv');
    expect(likeliest([], Float32Array.of(1))).toBeUndefined();
  });
});
