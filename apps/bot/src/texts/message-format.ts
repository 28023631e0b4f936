import { IntlMessageFormat } from 'intl-messageformat';

export type MessageFormat = IntlMessageFormat;

/** An ICU message, compiled. Tags in it are plain text to ICU. @throws SyntaxError for what is not an ICU message */
export function compileMessage(message: string, language: string): MessageFormat {
  return new IntlMessageFormat(message, language, undefined, { ignoreTag: true });
}

/** @throws when a value that the message names is missing */
export function formatMessage(message: MessageFormat, values: Record<string, string | number>): string {
  const text = message.format(values);
  if (typeof text !== 'string') throw new TypeError('A message of strings and numbers is a string.');
  return text;
}
