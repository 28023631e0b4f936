/** Whisper writes Javanese as `jw`; ISO 639-1 has `jv`. */
const OWN_CODES = new Map([['jw', 'jv']]);

export interface WhisperLanguage {
  /** ISO 639-1 code. */
  language: string;
  /** The code that Whisper uses. */
  code: string;
  /** Id of the token that stands for it. */
  token: number;
}

/** The languages of a vocabulary, by the tokens that stand for them. Only those with an ISO 639-1 code. */
export function whisperLanguages(vocabulary: ReadonlyMap<string, number>): WhisperLanguage[] {
  return [...vocabulary].flatMap(([word, token]) => {
    const code = /^<\|([a-z]{2})\|>$/.exec(word)?.[1];
    return code === undefined ? [] : [{ language: OWN_CODES.get(code) ?? code, code, token }];
  });
}

/** The language whose token scores best; undefined when there is none to choose from. */
export function likeliest(
  languages: readonly WhisperLanguage[],
  scores: Float32Array,
): WhisperLanguage | undefined {
  const score = ({ token }: WhisperLanguage): number => scores[token] ?? -Infinity;
  return languages.reduce<WhisperLanguage | undefined>(
    (best, next) => (best === undefined || score(next) > score(best) ? next : best),
    undefined,
  );
}
