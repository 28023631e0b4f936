import { WHISPER_LANGUAGES, WHISPER_OWN_CODES } from './whisper-languages';

const englishNames = new Intl.DisplayNames(['en'], { type: 'language' });

/** Languages that Whisper does not know, by their English names: other recognisers may. */
const OTHER_LANGUAGES: ReadonlyMap<string, string> = new Map(
  twoLetterCodes()
    .map((code) => [englishNames.of(code)?.toLowerCase() ?? code, code] as const)
    .filter(([name, code]) => name !== code),
);

function twoLetterCodes(): string[] {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  return letters.flatMap((first) => letters.map((second) => first + second));
}

/**
 * The ISO 639 code of the language that a recogniser names: "English", "en", "eng", "en-US" and "en_US" are all `en`.
 * Undefined for a language that it does not name, or by a name that nobody knows: that is no reason to fail.
 */
export function languageCode(language: unknown): string | undefined {
  if (typeof language !== 'string') return undefined;
  const name = language.trim().toLowerCase();
  const known = Object.hasOwn(WHISPER_LANGUAGES, name) ? WHISPER_LANGUAGES[name] : OTHER_LANGUAGES.get(name);
  return known ?? codeOfTag(name.replaceAll('_', '-'));
}

/** `und` and words such as "auto" or "none" name no language. */
function codeOfTag(tag: string): string | undefined {
  if (!/^[a-z]{2,3}(-[a-z0-9]+)*$/.test(tag) || tag.startsWith('und')) return undefined;
  const [first = ''] = tag.split('-');
  const own = WHISPER_OWN_CODES.get(first);
  if (own !== undefined) return own;
  // Left as they are: the platform turns some two-letter codes into newer ones that recognisers do not know.
  if (first.length === 2) return first;
  try {
    // Turns three-letter codes into two-letter ones, where there is one.
    const { language } = new Intl.Locale(first);
    return language.length === 2 || isNamed(language) ? language : undefined;
  } catch {
    return undefined;
  }
}

/** Three letters may be any word: only languages with a name count. */
function isNamed(code: string): boolean {
  return englishNames.of(code)?.toLowerCase() !== code;
}
