/** Between letters they are part of the spelling only: O'Neil and O’Neil are one. So is what is not seen at all. */
const QUOTES = /['"`´‘’‚‛“”„‟«»‹›′″\p{Cf}]/gu;

/**
 * What a text reads as, whatever its spelling: compatible characters (NFKC), case, ё and е, quotes, dashes, other
 * punctuation, and the number of spaces make no difference. Empty for punctuation alone.
 */
export function foldText(text: string): string {
  return (
    text
      .replace(QUOTES, '')
      .normalize('NFKC')
      // Upwards first: that is where ß and ss meet.
      .toUpperCase()
      .toLowerCase()
      .replaceAll('ё', 'е')
      .replace(/[\p{P}\p{Z}\p{C}]+/gu, ' ')
      .trim()
  );
}
