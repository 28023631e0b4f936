/**
 * Splits a text into pieces that a model can take whole: in halves, at the word border nearest to the middle, until each
 * fits. Nothing is lost but white space at the borders.
 *
 * @param countTokens how many tokens the model makes of a text, its own marks included
 * @param window the most tokens that the model takes
 */
export function splitToFit(text: string, countTokens: (text: string) => number, window: number): string[] {
  const whole = text.trim();
  if (whole.length < 2 || countTokens(whole) <= window) return whole === '' ? [] : [whole];
  const border = borderNear(whole, Math.floor(whole.length / 2));
  return [whole.slice(0, border), whole.slice(border)].flatMap((half) =>
    splitToFit(half, countTokens, window),
  );
}

function borderNear(text: string, middle: number): number {
  for (let away = 0; away < middle; away++) {
    for (const at of [middle - away, middle + away]) if (/\s/.test(text[at] ?? '')) return at;
  }
  // One long word, or a script without spaces: between two characters, never inside one.
  const insideCharacter = /[\uDC00-\uDFFF]/.test(text[middle] ?? '');
  return insideCharacter && middle > 1 ? middle - 1 : insideCharacter ? middle + 1 : middle;
}
