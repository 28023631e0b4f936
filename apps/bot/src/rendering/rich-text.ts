import { escapeHtml, TelegramHtml, trustedHtml } from './telegram-html';

/** What a stretch of text is wrapped in. The same object on neighbouring runs is one element. */
export interface Mark {
  readonly tag: 'b' | 'i' | 's' | 'code' | 'pre' | 'a' | 'blockquote';
  readonly open: string;
  readonly close: string;
}

/** Text that looks the same throughout; marks from the outermost to the innermost. */
export interface Run {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** What `\s` knows, but for the spaces that forbid a break. */
const BREAKING_SPACE = '[^\\S\\u00a0\\u2007\\u202f\\ufeff]';
const TRAILING_SPACE = new RegExp(`${BREAKING_SPACE}+$`);
const INVISIBLE = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/** The text alone: its length is what Telegram counts, in UTF-16 code units. */
export function plainText(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join('');
}

/** Whether nothing of a text can be seen: Telegram refuses such a message. */
export function isInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** Where a text ends without the white space at its end. */
export function lengthWithoutTrailingSpace(text: string): number {
  return text.length - (TRAILING_SPACE.exec(text)?.[0].length ?? 0);
}

/** The runs between two offsets of the plain text. */
export function sliceRuns(runs: readonly Run[], start: number, end: number): Run[] {
  const cut: Run[] = [];
  let at = 0;
  for (const { text, marks } of runs) {
    const part = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    if (part !== '') cut.push({ text: part, marks });
    at += text.length;
  }
  return cut;
}

/** Well formed whatever was cut: each element is opened and closed by what the runs need, never by how they came about. */
export function serialize(runs: readonly Run[]): TelegramHtml {
  const pieces: string[] = [];
  let open: readonly Mark[] = [];
  const change = (marks: readonly Mark[]): void => {
    const differs = open.findIndex((mark, index) => mark !== marks[index]);
    const kept = differs < 0 ? open.length : differs;
    const closed = open.slice(kept).reverse();
    pieces.push(...closed.map(({ close }) => close));
    pieces.push(...marks.slice(kept).map((mark) => mark.open));
    open = marks;
  };
  for (const { text, marks } of runs.filter((run) => run.text !== '')) {
    change(marks);
    pieces.push(escapeHtml(text));
  }
  change([]);
  return trustedHtml(pieces.join(''));
}
