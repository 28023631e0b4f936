import { CutKind, cutOf } from './cut';
import { richTextOf } from './markdown-blocks';
import { MESSAGE_LIMIT } from './markdown-to-telegram';
import { lengthWithoutTrailingSpace, plainText, Run, serialize, sliceRuns } from './rich-text';
import { TelegramHtml } from './telegram-html';

export interface Preview {
  readonly html: TelegramHtml;
  /** Whether something was left out. */
  readonly cut: boolean;
}

const ELLIPSIS: Readonly<Record<CutKind, string>> = {
  block: '\n…',
  line: '\n…',
  sentence: ' …',
  word: ' …',
  hard: '…',
};
const LONGEST_ELLIPSIS = 2;

/**
 * The beginning of a Markdown text in one message, ended at a good place with an ellipsis. Of an empty text it is empty.
 *
 * @param limit as Telegram counts: UTF-16 code units of the text; the ellipsis is in it
 * @throws RangeError for a limit below 4
 */
export function previewOf(markdown: string, limit = MESSAGE_LIMIT): Preview {
  const { runs, blockEnds } = richTextOf(markdown);
  const text = plainText(runs);
  const cut = text.length > limit ? cutOf(text, blockEnds, 0, limit - LONGEST_ELLIPSIS) : undefined;
  if (!cut) return { html: serialize(runs), cut: false };
  const end = lengthWithoutTrailingSpace(text.slice(0, cut.at));
  const ellipsis: Run = { text: ELLIPSIS[cut.kind], marks: [] };
  return { html: serialize([...sliceRuns(runs, 0, end), ellipsis]), cut: true };
}
