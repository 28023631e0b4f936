/**
 * A word of a text and where it stands. The slices of all tokens together are the whole text, so that any run of tokens
 * can be cut out without losing a character in between.
 */
export interface Token {
  /** Slice of the text, with the punctuation and spaces around the word. */
  from: number;
  to: number;
  /** The word in a form that can be compared: lower case, letters and digits only. */
  key: string;
}

/** Times of a word, in seconds. */
export interface WordTimes {
  start: number;
  end: number;
}

/** Scripts that do not separate words by spaces: each character counts as a word. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const WORD = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}'’])+`, 'gu');

/** The words of a text in order. Text without a letter or digit has none. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let previousEnd = 0;
  for (const match of text.matchAll(WORD)) {
    const key = keyOf(match[0]);
    if (key === '') continue;
    const last = tokens.at(-1);
    const from = last ? boundary(text, previousEnd, match.index) : 0;
    if (last) last.to = from;
    tokens.push({ from, to: text.length, key });
    previousEnd = match.index + match[0].length;
  }
  return tokens;
}

/**
 * Times of a text's words by the words that a recogniser gave with times; undefined when these are other words.
 *
 * @param words in order; one may stand for several tokens ("follow-up") and shares its time among them
 */
export function timesByWords(
  tokens: readonly Token[],
  words: readonly (WordTimes & { text: string })[],
): WordTimes[] | undefined {
  const times: WordTimes[] = [];
  for (const word of words) {
    const parts = tokensOf(word.text);
    if (parts.some(({ key }, index) => key !== tokens[times.length + index]?.key)) return undefined;
    times.push(...shared(word, parts));
  }
  return times.length === tokens.length ? times : undefined;
}

/** Times of a text's words by their share of its characters: the best guess where a recogniser gives no word times. */
export function timesByLength(tokens: readonly Token[], { start, end }: WordTimes): WordTimes[] {
  return shared({ start, end }, tokens);
}

function shared({ start, end }: WordTimes, parts: readonly Token[]): WordTimes[] {
  const characters = parts.reduce((sum, { key }) => sum + key.length + 1, 0);
  let before = 0;
  return parts.map(({ key }) => {
    const from = start + ((end - start) * before) / characters;
    before += key.length + 1;
    return { start: from, end: start + ((end - start) * before) / characters };
  });
}

/** Opening quotes and brackets belong to the word after them. */
function boundary(text: string, end: number, start: number): number {
  const between = text.slice(end, start);
  const space = between.search(/\s\S*$/u);
  return space < 0 ? start : end + space + 1;
}

function keyOf(word: string): string {
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '');
}
