import { KeysetPosition } from '@voxpersona/projections';
import { z } from 'zod';
import { Problem } from '../http/problem';

const schema = z.tuple([z.string(), z.string().nullable(), z.string()]);

/** A place in a list as clients carry it; to them it is opaque. @param sort how the list was sorted */
export function formatCursor(position: KeysetPosition | null, sort: string): string | null {
  if (position === null) return null;
  return Buffer.from(JSON.stringify([sort, position.value, position.id])).toString('base64url');
}

/** What a cursor's parts must look like, so that whatever a client makes up is refused before it is asked for. */
export interface CursorShape {
  id: RegExp;
  value: RegExp;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Rows by UUID, sorted by a position in the log. */
export const BY_POSITION: CursorShape = { id: UUID, value: /^\d{1,18}$/ };

/** @throws Problem 400 for what this list did not give with this sorting */
export function parseCursor(
  cursor: string | undefined,
  sort: string,
  shape: CursorShape = BY_POSITION,
): KeysetPosition | null {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) {
    const [ofSort, value, id] = parsed.data;
    const fits = shape.id.test(id) && (value === null || shape.value.test(value));
    if (ofSort === sort && fits) return { value, id };
  }
  throw new Problem(
    'invalid-cursor',
    'Give the cursor exactly as the page before gave it, with the same sorting.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
