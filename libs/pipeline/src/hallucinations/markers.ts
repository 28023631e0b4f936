import { namesANoise } from './noise-words';
import { normalise } from './stock-phrases';

/** A stretch of a text, in characters. */
interface Range {
  from: number;
  to: number;
}

const BRACKETED =
  /\[([^[\]]*)\]|\(([^()]*)\)|【([^【】]*)】|（([^（）]*)）|<\|?([^<>]*?)\|?>|\*+([^*\n]+)\*+/gu;
const NOTES = /[♩♪♫♬🎵🎶]+/gu;
/** `[BLANK_AUDIO]`: nobody spells a word like this. */
const CONSTANT = /^\p{Lu}+(_\p{Lu}+)+$/u;

/** Between words this stands for a word: the reader should know that one is missing. */
const UNINTELLIGIBLE =
  /inaudible|unintelligible|indistinct|indiscernible|неразборчиво|unverständlich|ininteligible/iu;

/**
 * Where a text says that there is something other than speech: `[BLANK_AUDIO]`, `(soft music)`, `♪`, `*laughs*`. Other text in
 * brackets, such as "(sic)", is speech.
 */
export function markersIn(text: string): Range[] {
  if (!/[\p{L}\p{N}]/u.test(text)) return [{ from: 0, to: text.length }];
  const notes = [...text.matchAll(NOTES)].map(rangeOf);
  // Between notes even a bare "music" is a marker; a song's words are words.
  if (notes.length > 0 && namesANoise(normalise(text))) return [{ from: 0, to: text.length }];
  const bracketed = [...text.matchAll(BRACKETED)].filter((match) => {
    const groups: (string | undefined)[] = match.slice(1);
    const content = groups.find((group) => group !== undefined) ?? '';
    const plain = normalise(content);
    if (CONSTANT.test(content.trim())) return true;
    return plain === '' ? !match[0].startsWith('*') : namesANoise(plain);
  });
  const all = [...bracketed.map(rangeOf), ...notes].sort((a, b) => a.from - b.from);
  if (textWithout(text, all) === '') return all;
  return all.filter(({ from, to }) => !UNINTELLIGIBLE.test(text.slice(from, to)));
}

/** A text without some of its stretches; the spaces and punctuation that they leave alone are gone too. */
export function textWithout(text: string, ranges: readonly Range[]): string {
  let rest = '';
  let at = 0;
  for (const { from, to } of ranges) {
    rest += text.slice(at, Math.max(at, from));
    at = Math.max(at, to);
  }
  const cleaned = (rest + text.slice(at)).replaceAll(/\s+/gu, ' ').replaceAll(/ ([.,!?;:…])/gu, '$1');
  return /[\p{L}\p{N}]/u.test(cleaned) ? cleaned.trim() : '';
}

function rangeOf(match: RegExpExecArray): Range {
  return { from: match.index, to: match.index + match[0].length };
}
