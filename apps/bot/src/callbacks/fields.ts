/** One parameter of a button's action, as it is written into callback data. Nothing it writes contains a dot. */
export interface Field<T> {
  /** Characters (ASCII) it takes at most. */
  readonly maxLength: number;
  /** undefined when the value cannot be written. */
  encode(value: T): string | undefined;
  /** undefined for what `encode` never writes. */
  decode(text: string): T | undefined;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_BYTES = /^[\w-]{22}$/;

/** In lower case, with its dashes; 22 characters of base64url. */
export const uuid: Field<string> = {
  maxLength: 22,
  encode: (value) =>
    UUID.test(value) ? Buffer.from(value.replaceAll('-', ''), 'hex').toString('base64url') : undefined,
  decode: (text) => {
    if (!UUID_BYTES.test(text)) return undefined;
    const hex = Buffer.from(text, 'base64url').toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};

/** A whole number from 0, of so many digits to the base of 36. */
function whole(digits: number): Field<number> {
  return {
    maxLength: digits,
    encode: (value) =>
      Number.isInteger(value) && value >= 0 && value < 36 ** digits ? value.toString(36) : undefined,
    decode: (text) =>
      /^(0|[1-9a-z][0-9a-z]*)$/.test(text) && text.length <= digits ? parseInt(text, 36) : undefined,
  };
}

/** A page, or a place in a list: 0 to 1295. */
export const index = whole(2);

/** Up to 25 days. */
export const milliseconds = whole(6);

/** A day of the calendar, as the days since 1970: to the year 6568. */
export const calendarDay = whole(4);

/** One of a list. New choices go to its end, since buttons that were sent keep the place in it. */
export function oneOf<const T extends string>(...choices: readonly T[]): Field<T> {
  return {
    maxLength: index.maxLength,
    encode: (value) => index.encode(choices.indexOf(value)),
    decode: (text) => choices[index.decode(text) ?? -1],
  };
}

/** Letters, digits, `_` and `-`. */
export function token(maxLength: number): Field<string> {
  const shape = new RegExp(`^[\\w-]{1,${maxLength}}$`);
  const checked = (text: string): string | undefined => (shape.test(text) ? text : undefined);
  return { maxLength, encode: checked, decode: checked };
}

/** The first eight hexadecimal digits of an id, in lower case. */
export const idPrefix: Field<string> = {
  maxLength: 8,
  encode: (value) => (/^[0-9a-f]{8}$/.test(value) ? value : undefined),
  decode: (text) => (/^[0-9a-f]{8}$/.test(text) ? text : undefined),
};
