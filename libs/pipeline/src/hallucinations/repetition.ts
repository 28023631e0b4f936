import { deflateSync } from 'node:zlib';
import { normalise } from './stock-phrases';

/** Text that gets so much smaller says the same over and over. Whisper's own threshold. */
const MAX_COMPRESSION = 2.4;
/** Shorter texts compress by accident. */
const MIN_CHARACTERS = 80;
/** So many times in a row is more than people repeat a phrase. */
const MAX_TIMES = 4;
const MAX_TIMES_OF_A_WORD = 8;

/** How many times smaller a text gets by compression; 0 for one too short to tell. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  if (text.length < MIN_CHARACTERS) return 0;
  return bytes.length / deflateSync(bytes).length;
}

/** True for text that is in a loop: by a measure that the provider gives, or by our own. */
export function isLoop(text: string, givenRatio: number | undefined): boolean {
  const measured = compressionRatio(text);
  if (Math.max(givenRatio ?? 0, measured) > MAX_COMPRESSION) return true;
  return repeatsAPhrase(normalise(text).split(' '));
}

/** Indexes of texts that stand too often in a row. */
export function repeatedInARow(texts: readonly string[]): Set<number> {
  const plain = texts.map(normalise);
  const repeated = new Set<number>();
  let first = 0;
  for (let at = 1; at <= plain.length; at += 1) {
    if (at < plain.length && plain[at] === plain[first]) continue;
    if (at - first >= MAX_TIMES) for (let index = first; index < at; index += 1) repeated.add(index);
    first = at;
  }
  return repeated;
}

/** True when a phrase of one to eight words stands too often in a row. */
function repeatsAPhrase(words: readonly string[]): boolean {
  for (let length = 1; length <= 8; length += 1) {
    const allowed = length === 1 ? MAX_TIMES_OF_A_WORD : MAX_TIMES;
    let same = 0;
    for (let at = length; at < words.length; at += 1) {
      same = words[at] === words[at - length] ? same + 1 : 0;
      if (same >= length * (allowed - 1)) return true;
    }
  }
  return false;
}
