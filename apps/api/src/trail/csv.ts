import { isBroken, ShownEvent } from '../recordings/recording-trail';

type Column = readonly [name: string, valueOf: (event: ShownEvent) => string | number];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['position', ({ position }) => position.toString()],
  ['recordedAt', ({ metadata }) => metadata.recordedAt],
  ['type', ({ type }) => type],
  ['stream', ({ stream }) => stream],
  ['revision', ({ revision }) => revision],
  ['actorKind', ({ metadata }) => metadata.actor.kind],
  ['actorId', ({ metadata }) => metadata.actor.id],
  ['member', ({ metadata }) => metadata.actor.member ?? ''],
  ['correlationId', ({ metadata }) => metadata.$correlationId],
  ['causationId', ({ metadata }) => metadata.$causationId],
  ['commandId', ({ metadata }) => metadata.commandId],
  ['hash', ({ metadata }) => metadata.hash],
  ['data', (event) => (isBroken(event) ? '' : JSON.stringify(event.data))],
  ['broken', (event) => (isBroken(event) ? event.broken : '')],
];

/** The first line of a table of events (RFC 4180). */
export const CSV_HEADER = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One line of it. */
export function toCsvLine(event: ShownEvent): string {
  return `${COLUMNS.map(([, valueOf]) => field(String(valueOf(event)))).join(',')}\r\n`;
}

/** Spreadsheets run what begins like a formula: an apostrophe makes it text. */
function field(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
