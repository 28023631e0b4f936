import { WHISPER_OWN_CODES } from '../answer/whisper-languages';

/** Languages that newer models know and the library does not: it is asked for the nearest one. */
const NEAREST = new Map([['yue', 'zh']]);

export interface WhisperLanguage {
  /** ISO 639 code. */
  language: string;
  /** The code by which the library is asked for it. */
  code: string;
  /** Id of the token that stands for it. */
  token: number;
}

/** The languages of a vocabulary, by the tokens that stand for them. */
export function whisperLanguages(vocabulary: ReadonlyMap<string, number>): WhisperLanguage[] {
  return [...vocabulary].flatMap(([word, token]) => {
    const code = /^<\|([a-z]{2,3})\|>$/.exec(word)?.[1];
    if (code === undefined) return [];
    return [{ language: WHISPER_OWN_CODES.get(code) ?? code, code: NEAREST.get(code) ?? code, token }];
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
