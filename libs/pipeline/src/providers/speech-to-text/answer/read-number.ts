/** `01:02:03.5`, `02:03,500`. */
const CLOCK = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$/;

/** The finite number that a recogniser wrote: as a number, as digits or as a clock. Null for anything else. */
export function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const clock = CLOCK.exec(text);
  if (clock) {
    const [, hours = '0', minutes = '0', seconds = '0'] = clock;
    return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
  }
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : null;
}

/**
 * Parses JSON as servers really write it: Python writes NaN and Infinity, which JSON does not know; both become null.
 *
 * @throws SyntaxError
 */
export function parseLenientJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/u, '');
  try {
    return JSON.parse(plain) as unknown;
  } catch {
    const known = plain.replaceAll(/"(?:[^"\\]|\\.)*"|(-?\bInfinity\b|\bNaN\b)/gu, (all, number?: string) =>
      number === undefined ? all : 'null',
    );
    return JSON.parse(known) as unknown;
  }
}
