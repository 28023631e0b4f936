/** The beginning of a plain text, up to a space where there is one, which some languages do without. @param limit UTF-16 code units */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const space = text.lastIndexOf(' ', limit - 1);
  const end = space > limit / 2 ? space : limit - 1;
  // A character of two code units is not cut in two.
  return `${text.slice(0, end).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
