import { piecesOf, runsOfPiece } from './cut';
import { MESSAGE_LIMIT } from './markdown-to-telegram';
import { serialize } from './rich-text';
import { TelegramHtml } from './telegram-html';

/** Plain text as messages, cut at lines, sentences or words. @param limit as Telegram counts: UTF-16 code units */
export function splitText(text: string, limit = MESSAGE_LIMIT): TelegramHtml[] {
  const rich = { runs: [{ text, marks: [] }], blockEnds: [] };
  return piecesOf(rich, limit).map((piece) => serialize(runsOfPiece(rich, piece)));
}
