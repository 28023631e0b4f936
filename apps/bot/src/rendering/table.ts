export type Alignment = 'left' | 'center' | 'right';

const WIDE =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a text takes in a fixed-width font. */
function widthOf(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);
}

function padded(text: string, width: number, alignment: Alignment): string {
  const missing = Math.max(0, width - widthOf(text));
  const before = { left: 0, center: Math.floor(missing / 2), right: missing }[alignment];
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
}

/**
 * A table as lines for a fixed-width font, a rule under the first row.
 *
 * @param rows of plain cells without line breaks; rows may be of different lengths
 */
export function layOutTable(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, column) => ({
    width: Math.max(1, ...rows.map((row) => widthOf(row[column] ?? ''))),
    alignment: alignments[column] ?? 'left',
  }));
  const lines = rows.map((row) =>
    columns
      .map(({ width, alignment }, column) => padded(row[column] ?? '', width, alignment))
      .join(' | ')
      .trimEnd(),
  );
  const rule = columns.map(({ width }) => '-'.repeat(width)).join('-+-');
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n');
}
