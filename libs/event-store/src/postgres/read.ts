import { isDatabaseFailure } from '@voxpersona/platform';
import { Pool } from 'pg';
import { EventStoreUnavailable } from '../port/errors';
import {
  EventFilter,
  JsonObject,
  Position,
  ReadAllOptions,
  ReadAllPage,
  ReadStreamOptions,
  START,
  StoredEvent,
  toPosition,
} from '../port/event-store';

interface EventRow {
  position: string;
  stream: string;
  revision: string;
  id: string;
  type: string;
  data: JsonObject;
  metadata: JsonObject;
}

const COLUMNS = 'position, stream, revision, id, type, data, metadata';
const STREAM_PAGE = 500;
const DEFAULT_PAGE = 1_000;
/** Positions that one page looks at, so that a filter that matches little still reports progress. */
const WINDOW = 20_000n;

/** Turns the database's absence into the port's error; anything else is a mistake and stays what it is. */
export async function orUnavailable<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw isDatabaseFailure(error) ? new EventStoreUnavailable(error) : error;
  }
}

const FORWARDS = {
  name: 'read-stream',
  text: `SELECT ${COLUMNS} FROM events WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT $3`,
};
const BACKWARDS = {
  name: 'read-stream-backwards',
  text: `SELECT ${COLUMNS} FROM events WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC LIMIT $3`,
};

export async function* readStream(
  pool: Pool,
  stream: string,
  { from, direction = 'forwards' }: ReadStreamOptions,
): AsyncGenerator<StoredEvent> {
  const [statement, step] = direction === 'forwards' ? [FORWARDS, 1] : [BACKWARDS, -1];
  for (let next = from ?? (direction === 'forwards' ? 0 : Number.MAX_SAFE_INTEGER); ;) {
    const { rows } = await orUnavailable(() =>
      pool.query<EventRow>({ ...statement, values: [stream, next, STREAM_PAGE] }),
    );
    const events = rows.map(toEvent);
    yield* events;
    const last = events.at(-1);
    if (!last || rows.length < STREAM_PAGE) return;
    next = last.revision + step;
  }
}

export async function readHead(pool: Pool): Promise<Position> {
  const { rows } = await orUnavailable(() =>
    pool.query<{ head: string }>('SELECT coalesce(max(position), 0) AS head FROM events'),
  );
  return toPosition(rows[0]?.head ?? '0');
}

export function readAll(pool: Pool, options: ReadAllOptions): Promise<ReadAllPage> {
  return options.direction === 'backwards' ? readBackwards(pool, options) : readForwards(pool, options);
}

const ALL_FORWARDS = {
  name: 'read-all-forwards',
  text: `SELECT ${COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2`,
};

/** Positions are assigned in the order of commits: what one statement sees is complete up to its last event. */
async function readForwards(
  pool: Pool,
  options: Exclude<ReadAllOptions, { direction: 'backwards' }>,
): Promise<ReadAllPage> {
  // Positions of this store are consecutive numbers.
  const after = 'from' in options ? ((options.from - 1n) as Position) : (options.after ?? START);
  const limit = options.limit ?? DEFAULT_PAGE;
  if (!options.filter) {
    const { rows } = await orUnavailable(() =>
      pool.query<EventRow>({ ...ALL_FORWARDS, values: [after.toString(), limit] }),
    );
    const events = rows.map(toEvent);
    return { events, position: events.at(-1)?.position ?? after, atEnd: events.length < limit };
  }
  // The head is read first: up to it the log is complete.
  const head = await readHead(pool);
  if (head <= after) return { events: [], position: after, atEnd: true };
  const windowEnd = after + WINDOW < head ? ((after + WINDOW) as Position) : head;
  const { condition, values } = filterSql(options.filter, 4);
  const { rows } = await orUnavailable(() =>
    pool.query<EventRow>(
      `SELECT ${COLUMNS} FROM events WHERE position > $1 AND position <= $2 ${condition}
       ORDER BY position LIMIT $3`,
      [after.toString(), windowEnd.toString(), limit, ...values],
    ),
  );
  const events = rows.map(toEvent);
  const last = events.at(-1);
  const position = last && events.length === limit ? last.position : windowEnd;
  return { events, position, atEnd: position >= head };
}

async function readBackwards(
  pool: Pool,
  options: Extract<ReadAllOptions, { direction: 'backwards' }>,
): Promise<ReadAllPage> {
  const before = options.before ?? (await readHead(pool)) + 1n;
  const limit = options.limit ?? DEFAULT_PAGE;
  const windowStart = (options.filter && before - WINDOW > START ? before - WINDOW : START + 1n) as Position;
  const { condition, values } = filterSql(options.filter, 4);
  const { rows } = await orUnavailable(() =>
    pool.query<EventRow>(
      `SELECT ${COLUMNS} FROM events WHERE position < $1 AND position >= $2 ${condition}
       ORDER BY position DESC LIMIT $3`,
      [before.toString(), windowStart.toString(), limit, ...values],
    ),
  );
  const events = rows.map(toEvent);
  const last = events.at(-1);
  const position = last && events.length === limit ? last.position : windowStart;
  return { events, position, atEnd: position <= START + 1n };
}

function filterSql(
  filter: EventFilter | undefined,
  firstParameter: number,
): { condition: string; values: string[][] } {
  const conditions: string[] = [];
  const values: string[][] = [];
  const parameter = (value: readonly string[]): string => {
    values.push([...value]);
    return `$${firstParameter + values.length - 1}::text[]`;
  };
  if (filter?.streamPrefixes) {
    const prefixes = parameter(filter.streamPrefixes);
    conditions.push(`EXISTS (SELECT FROM unnest(${prefixes}) AS prefix WHERE starts_with(stream, prefix))`);
  }
  if (filter?.types) conditions.push(`type = ANY (${parameter(filter.types)})`);
  return { condition: conditions.map((condition) => `AND ${condition}`).join(' '), values };
}

function toEvent(row: EventRow): StoredEvent {
  return { ...row, position: toPosition(row.position), revision: Number(row.revision) };
}
