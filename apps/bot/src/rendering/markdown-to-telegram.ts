import { piecesOf, runsOfPiece } from './cut';
import { richTextOf } from './markdown-blocks';
import { isInvisible, plainText, serialize } from './rich-text';
import { TelegramHtml } from './telegram-html';

/** What Telegram takes in one message: UTF-16 code units of the text, once tags and entities are read. */
export const MESSAGE_LIMIT = 4096;

/**
 * Markdown as messages in Telegram's HTML, none empty, each at most `limit` long as Telegram counts. They are cut
 * between blocks where that can be, else between lines, sentences or words; what is open at a cut is opened again in the
 * next. Of a text without anything to see there are none.
 *
 * @throws RangeError for a limit below 2
 */
export function markdownToTelegram(markdown: string, limit = MESSAGE_LIMIT): TelegramHtml[] {
  const rich = richTextOf(markdown);
  return piecesOf(rich, limit)
    .map((piece) => runsOfPiece(rich, piece))
    .filter((runs) => !isInvisible(plainText(runs)))
    .map(serialize);
}
