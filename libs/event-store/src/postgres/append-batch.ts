import { PoolClient, QueryConfig } from 'pg';
import { WrongExpectedRevision } from '../port/errors';
import { AppendResult, EventToAppend, ExpectedRevision, Position, toPosition } from '../port/event-store';

/** Serialises all writers of the log, whichever process they live in. */
const LOG_LOCK = 0x6c6f67;

/** Channel on which the database says that the log has grown. */
export const EVENTS_CHANNEL = 'voxpersona_events';

/** A database that is silent for so long does not hold up the appends of this process any longer. */
const STATEMENT_MS = 10_000;

export interface Append {
  stream: string;
  events: readonly EventToAppend[];
  expectedRevision: ExpectedRevision;
}

/** An append's own result: being refused is one of the answers, so that its neighbours are not concerned. */
export type AppendVerdict = AppendResult | WrongExpectedRevision;

interface StreamEnd {
  revision: number;
  /** Ids that this batch adds, by revision. */
  added: Map<number, { id: string; position: Position }>;
}

interface NewRows {
  positions: string[];
  streams: string[];
  revisions: number[];
  ids: string[];
  types: string[];
  data: string[];
  metadata: string[];
}

/** Opens the transaction and takes the lock; what is read after it is the present. */
export async function beginBatch(transaction: PoolClient): Promise<void> {
  await transaction.query(within(`BEGIN; SELECT pg_advisory_xact_lock(${LOG_LOCK})`));
}

/** One notification and the commit. */
export async function commitBatch(transaction: PoolClient): Promise<void> {
  await transaction.query(within(`NOTIFY ${EVENTS_CHANNEL}; COMMIT`));
}

/** pg takes `query_timeout` for a single query too, which its types do not say. */
function within(text: string): QueryConfig & { query_timeout: number } {
  return { text, query_timeout: STATEMENT_MS };
}

/**
 * Judges appends in order, each on top of those before it, and inserts all events of the accepted ones in a single
 * statement. Runs between `beginBatch` and `commitBatch`.
 */
export async function writeBatch(
  transaction: PoolClient,
  appends: readonly Append[],
): Promise<AppendVerdict[]> {
  const { head, ends } = await readEnds(transaction, appends);
  const rows: NewRows = {
    positions: [],
    streams: [],
    revisions: [],
    ids: [],
    types: [],
    data: [],
    metadata: [],
  };
  let position = head;
  const verdicts: AppendVerdict[] = [];
  for (const append of appends) {
    const end = ends.get(append.stream) ?? { revision: -1, added: new Map() };
    ends.set(append.stream, end);
    const expected = append.expectedRevision === 'no_stream' ? -1 : append.expectedRevision;
    if (expected !== end.revision) {
      verdicts.push(await judgeRepetition(transaction, append, expected, end));
      continue;
    }
    for (const event of append.events) {
      // Positions of this store are consecutive numbers.
      position = (position + 1n) as Position;
      end.revision += 1;
      end.added.set(end.revision, { id: event.id, position });
      addRow(rows, append.stream, end.revision, position, event);
    }
    verdicts.push({ revision: end.revision, position, repeated: false });
  }
  await insert(transaction, rows);
  return verdicts;
}

async function readEnds(
  transaction: PoolClient,
  appends: readonly Append[],
): Promise<{ head: Position; ends: Map<string, StreamEnd> }> {
  const { rows } = await transaction.query<{ head: string; stream: string; revision: string | null }>({
    name: 'stream-ends',
    text: `
      SELECT (SELECT coalesce(max(position), 0) FROM events) AS head, wanted.stream, last.revision
      FROM unnest($1::text[]) AS wanted(stream)
      LEFT JOIN LATERAL (
        SELECT revision FROM events WHERE events.stream = wanted.stream ORDER BY revision DESC LIMIT 1
      ) AS last ON true`,
    values: [[...new Set(appends.map((append) => append.stream))]],
  });
  const ends = new Map<string, StreamEnd>();
  for (const { stream, revision } of rows) {
    ends.set(stream, { revision: revision === null ? -1 : Number(revision), added: new Map() });
  }
  return { head: toPosition(rows[0]?.head ?? '0'), ends };
}

/** The stream has gone on: fine if it did so by these very events, else the writer must look again. */
async function judgeRepetition(
  transaction: PoolClient,
  append: Append,
  expected: number,
  end: StreamEnd,
): Promise<AppendVerdict> {
  const actual = end.revision < 0 ? 'no_stream' : end.revision;
  const wrong = new WrongExpectedRevision(append.stream, append.expectedRevision, actual);
  const last = expected + append.events.length;
  if (expected > end.revision || last > end.revision) return wrong;
  const there = new Map(end.added);
  const { rows } = await transaction.query<{ revision: string; id: string; position: string }>(
    'SELECT revision, id, position FROM events WHERE stream = $1 AND revision > $2 AND revision <= $3',
    [append.stream, expected, last],
  );
  for (const row of rows) there.set(Number(row.revision), { id: row.id, position: toPosition(row.position) });
  const same = append.events.every(
    (event, index) => there.get(expected + 1 + index)?.id === event.id.toLowerCase(),
  );
  const position = there.get(last)?.position;
  return same && position !== undefined ? { revision: last, position, repeated: true } : wrong;
}

function addRow(
  rows: NewRows,
  stream: string,
  revision: number,
  position: bigint,
  event: EventToAppend,
): void {
  rows.positions.push(position.toString());
  rows.streams.push(stream);
  rows.revisions.push(revision);
  rows.ids.push(event.id);
  rows.types.push(event.type);
  rows.data.push(JSON.stringify(event.data));
  rows.metadata.push(JSON.stringify(event.metadata));
}

async function insert(transaction: PoolClient, rows: NewRows): Promise<void> {
  if (rows.ids.length === 0) return;
  await transaction.query({
    name: 'append-events',
    text: `
      INSERT INTO events (position, stream, revision, id, type, data, metadata)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::json[], $7::json[])`,
    values: [rows.positions, rows.streams, rows.revisions, rows.ids, rows.types, rows.data, rows.metadata],
  });
}
