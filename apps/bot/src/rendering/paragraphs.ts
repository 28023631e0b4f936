import { joinHtml, TelegramHtml } from './telegram-html';

/** Pieces with a separator between them; empty ones are left out. */
export function joinPresent(pieces: readonly TelegramHtml[], separator: string): TelegramHtml {
  return joinHtml(
    pieces.filter((piece) => piece.length > 0),
    separator,
  );
}
