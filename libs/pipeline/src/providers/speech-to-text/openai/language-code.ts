const names = new Intl.DisplayNames(['en'], { type: 'language' });

/** English names of all two-letter languages that this runtime can name. */
const CODES: ReadonlyMap<string, string> = new Map(
  twoLetterCodes()
    .map((code) => [names.of(code)?.toLowerCase() ?? code, code] as const)
    .filter(([name, code]) => name !== code),
);

function twoLetterCodes(): string[] {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  return letters.flatMap((first) => letters.map((second) => first + second));
}

/** ISO 639-1 code for what Whisper calls a language ("english"); a code stays what it is. */
export function languageCode(language: string | undefined): string | undefined {
  if (language === undefined || language === '') return undefined;
  const lower = language.toLowerCase();
  return lower.length === 2 ? lower : CODES.get(lower);
}
