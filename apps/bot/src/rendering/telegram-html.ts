/**
 * Text in Telegram's HTML, escaped where it must be. An object and not a string, because what is interpolated into it
 * has to be told apart from plain text when the program runs, not only when it is compiled. JSON writes it as a string;
 * for everything else there is `toString()`.
 */
export class TelegramHtml extends String {
  declare private readonly brand: 'TelegramHtml';
}

/** What may stand in `html`: plain text is escaped, arrays are joined with nothing between. */
export type Interpolation = string | number | TelegramHtml | readonly Interpolation[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Plain text as it stands between tags. Exactly `&`, `<` and `>` are replaced, as Telegram asks. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}

/** The value of an attribute in double quotes. */
export function escapeAttribute(value: string): string {
  return escapeHtml(value).replaceAll('"', '&quot;');
}

/** Says of a string that it is well-formed Telegram HTML; nothing is looked at. */
export function trustedHtml(text: string): TelegramHtml {
  return new TelegramHtml(text);
}

/** A template of Telegram HTML: `` html`<b>${name}</b>` ``. Whatever is not TelegramHtml already is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly Interpolation[]): TelegramHtml {
  const parts = strings.map((text, index) => text + interpolated(values[index] ?? ''));
  return trustedHtml(parts.join(''));
}

/** Several pieces as one. @param separator Telegram HTML too */
export function joinHtml(pieces: readonly TelegramHtml[], separator: string): TelegramHtml {
  return trustedHtml(pieces.map((piece) => piece.toString()).join(separator));
}

/** One value as it stands in Telegram HTML. */
export function interpolated(value: Interpolation): string {
  if (value instanceof TelegramHtml) return value.toString();
  if (typeof value === 'object') return value.map(interpolated).join('');
  return escapeHtml(String(value));
}
