import { InvalidPositionToken } from './errors';
import { Position, toPosition } from './event-store';

const TOKEN = /^([0-9a-f]{12})\.(\d{1,19})$/;

/** A position as clients carry it: the beginning of the log's id, a dot, the position. To them it is opaque. */
export function formatPosition(logId: string, position: Position): string {
  return `${logMark(logId)}.${position.toString()}`;
}

/** @throws InvalidPositionToken when it does not parse or comes from another log */
export function parsePosition(logId: string, token: string): Position {
  const match = TOKEN.exec(token);
  if (!match?.[1] || !match[2]) throw new InvalidPositionToken('malformed');
  if (match[1] !== logMark(logId)) throw new InvalidPositionToken('another_log');
  return toPosition(match[2]);
}

function logMark(logId: string): string {
  return logId.replaceAll('-', '').slice(0, 12).toLowerCase();
}
