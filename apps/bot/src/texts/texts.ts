import { BOT_LANGUAGES, BotLanguage } from '@voxpersona/domain';
import { interpolated, TelegramHtml, trustedHtml } from '../rendering/telegram-html';
import en from './en.json';
import { compileMessage, formatMessage, MessageFormat } from './message-format';
import ru from './ru.json';

export const LANGUAGES = BOT_LANGUAGES;
export type Language = BotLanguage;
export type TextKey = keyof typeof en;

/** What the bot says, in one language. A value that a text names and is not given is a programmer's mistake: it throws. */
export interface Translator {
  readonly language: Language;
  /** For messages. Values are escaped unless they are Telegram HTML. */
  text(key: TextKey, values?: Readonly<Record<string, string | number | TelegramHtml>>): TelegramHtml;
  /** For buttons, alerts and names of things: no tags, nothing escaped. */
  plain(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  /** `a, b and c` */
  list(items: readonly string[]): string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** Day and time in words. @param timeZone IANA name */
  dateTime(moment: Date, timeZone: string): string;
  /** The day alone. */
  date(moment: Date, timeZone: string): string;
}

const SOURCES: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, ru };

/** Whether there is a text under this key: for keys that are put together, like `reason.` and a code. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

/** The language to speak with somebody: a code of Telegram's like `ru` or `en-GB`; what we do not speak is English. */
export function languageOf(code: string | undefined): Language {
  const wanted = code?.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === wanted) ?? 'en';
}

/** Gives who speaks a language. */
export type Texts = (language: string) => Translator;

/**
 * Compiles all texts, once; what it returns is quick. A language that is not known gives English.
 *
 * @throws SyntaxError when a text is not an ICU message
 */
export function createTexts(): Texts {
  const translators: Record<Language, Translator> = { en: translator('en'), ru: translator('ru') };
  return (language) => translators[languageOf(language)];
}

function translator(language: Language): Translator {
  const messages = new Map<string, MessageFormat>(
    Object.entries(SOURCES[language]).map(([key, source]) => [key, compileMessage(source, language)]),
  );
  const format = (key: TextKey, values: Record<string, string | number>): string => {
    const message = messages.get(key);
    if (!message) throw new RangeError(`There is no text "${key}" in ${language}.`);
    return formatMessage(message, values);
  };
  const conjunction = new Intl.ListFormat(language, { type: 'conjunction' });
  return {
    language,
    text: (key, values = {}) => trustedHtml(format(key, mapped(values))),
    plain: (key, values = {}) => format(key, values),
    list: (items) => conjunction.format(items),
    number: (value, options) => new Intl.NumberFormat(language, options).format(value),
    dateTime: (moment, timeZone) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(moment),
    date: (moment, timeZone) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone }).format(moment),
  };
}

/** Numbers stay numbers, since plurals are chosen by them. */
function mapped(
  values: Readonly<Record<string, string | number | TelegramHtml>>,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : interpolated(value),
    ]),
  );
}
