import { languageCode } from './language-code';
import { WHISPER_LANGUAGES } from './whisper-languages';

describe('The code of a language', () => {
  it.each([
    ['bengali', 'bn'],
    ['cantonese', 'yue'],
    ['tagalog', 'tl'],
    ['myanmar', 'my'],
    ['maori', 'mi'],
    ['Haitian Creole', 'ht'],
    ['hawaiian', 'haw'],
    ['javanese', 'jv'],
    ['jw', 'jv'],
    ['nynorsk', 'nn'],
    ['castilian', 'es'],
    ['English', 'en'],
    ['zulu', 'zu'],
    ['en', 'en'],
    ['yue', 'yue'],
    ['en-US', 'en'],
    ['pt_BR', 'pt'],
    ['deu', 'de'],
  ])('of %s is %s', (name, code) => expect(languageCode(name)).toBe(code));
  it.each(['', 'klingonese', 'auto', 'none', 'und', '<|en|>', 'constructor', 7, null, undefined])(
    'of %s is not known, which is no failure',
    (name) => expect(languageCode(name)).toBeUndefined(),
  );
  it('is known for each of the hundred languages of Whisper', () => {
    expect(new Set(Object.values(WHISPER_LANGUAGES)).size).toBe(100);
    for (const [name, code] of Object.entries(WHISPER_LANGUAGES)) {
      expect(languageCode(name)).toBe(code);
      expect(languageCode(code)).toBe(code);
    }
  });
});
