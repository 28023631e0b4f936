import { JsonValue } from '../port/event-store';

/**
 * The one byte sequence that stands for a JSON value (RFC 8785, JSON Canonicalization Scheme): no white space,
 * keys in the order of their UTF-16 code units, numbers and strings as ECMAScript writes them.
 *
 * @throws TypeError for what RFC 8785 cannot express: non-finite numbers, lone surrogates, values that are not JSON
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`A ${typeof value} has no canonical JSON`);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${canonicalString(key)}:${canonicalJson(value[key] as JsonValue)}`);
  return `{${members.join(',')}}`;
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('A string with a lone surrogate has no canonical JSON');
  return JSON.stringify(text);
}
