import { PoolClient, QueryConfig } from 'pg';
import { ClockAhead, WrongExpectedRevision } from '../port/errors';
import { AppendResult, EventToAppend, ExpectedRevision, toPosition } from '../port/event-store';
import { MAX_AHEAD_MS, VERDICTS } from './append-function';
import { patienceMs } from './append-pool';

export { EVENTS_CHANNEL } from './append-function';

/** An event as the database takes it. */
interface SerialisedEvent {
  id: string;
  type: string;
  data: string;
  metadata: string;
  /** Of data and metadata. */
  bytes: number;
}

export interface Append {
  stream: string;
  events: readonly SerialisedEvent[];
  expectedRevision: ExpectedRevision;
  /** Of all its events. */
  bytes: number;
  /** The latest time that its events carry, in milliseconds; 0 where they carry none. */
  recordedAt: number;
}

/** An append's own result: being refused is one of the answers, so that its neighbours are not concerned. */
export type AppendVerdict = AppendResult | WrongExpectedRevision | ClockAhead;

interface Answer {
  head: string;
  now_ms: string;
  /** The arrays are null where every append was accepted. */
  verdicts: number[] | null;
  actual: string[] | null;
  positions: (string | null)[] | null;
}

/** What `append_events` says of one append. */
interface Judged {
  verdict: number;
  actual: number;
  position: string | null;
}

const APPEND_EVENTS = {
  name: 'append-events',
  text: 'SELECT * FROM append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
};

export function serialise(
  stream: string,
  events: readonly EventToAppend[],
  expectedRevision: ExpectedRevision,
): Append {
  let recordedAt = 0;
  let bytes = 0;
  const serialised = events.map(({ id, type, data, metadata }) => {
    const time = typeof metadata.recordedAt === 'string' ? Date.parse(metadata.recordedAt) : Number.NaN;
    if (time > recordedAt) recordedAt = time;
    const event = { id, type, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
    const size = Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    bytes += size;
    return { ...event, bytes: size };
  });
  return { stream, events: serialised, expectedRevision, bytes, recordedAt };
}

/**
 * Judges all appends, inserts the events of the accepted ones, notifies and commits, in one round trip. No two appends may be
 * to the same stream.
 */
export async function appendBatch(client: PoolClient, appends: readonly Append[]): Promise<AppendVerdict[]> {
  // pg takes `query_timeout` for a single query too, which its types do not say.
  const query: QueryConfig & { query_timeout: number } = {
    ...APPEND_EVENTS,
    values: valuesOf(appends),
    query_timeout: patienceMs(appends.reduce((sum, { bytes }) => sum + bytes, 0)),
  };
  const { rows } = await client.query<Answer>(query);
  const [answer] = rows;
  if (!answer) throw new Error('append_events gave no answer');
  return verdictsOf(appends, answer);
}

function valuesOf(appends: readonly Append[]): unknown[] {
  const events = appends.flatMap((append, index) =>
    append.events.map((event, at) => ({
      ...event,
      append: index + 1,
      stream: append.stream,
      revision: revisionBefore(append) + 1 + at,
    })),
  );
  return [
    appends.map(({ stream }) => stream),
    appends.map(revisionBefore),
    appends.map((append) => append.events.length),
    appends.map(({ recordedAt }) => recordedAt),
    events.map(({ append }) => append),
    events.map(({ stream }) => stream),
    events.map(({ revision }) => revision),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ data }) => data),
    events.map(({ metadata }) => metadata),
  ];
}

function revisionBefore({ expectedRevision }: Append): number {
  return expectedRevision === 'no_stream' ? -1 : expectedRevision;
}

function verdictsOf(appends: readonly Append[], answer: Answer): AppendVerdict[] {
  let position = BigInt(answer.head);
  return appends.map((append, index) => {
    const judged = judgedAt(answer, index);
    if (judged.verdict === VERDICTS.accepted) position += BigInt(append.events.length);
    return verdictOf(append, judged, position, Number(answer.now_ms));
  });
}

function judgedAt({ verdicts, actual, positions }: Answer, index: number): Judged {
  return {
    verdict: verdicts?.[index] ?? VERDICTS.accepted,
    actual: Number(actual?.[index]),
    position: positions?.[index] ?? null,
  };
}

/** @param position the log's end after this append */
function verdictOf(append: Append, judged: Judged, position: bigint, now: number): AppendVerdict {
  const revision = revisionBefore(append) + append.events.length;
  const { stream, expectedRevision } = append;
  switch (judged.verdict) {
    case VERDICTS.accepted:
      return { revision, position: toPosition(position.toString()), repeated: false };
    case VERDICTS.repeated:
      return { revision, position: toPosition(judged.position ?? '0'), repeated: true };
    case VERDICTS.clockAhead:
      return new ClockAhead(stream, append.recordedAt, now, MAX_AHEAD_MS);
    default:
      return new WrongExpectedRevision(
        stream,
        expectedRevision,
        judged.actual < 0 ? 'no_stream' : judged.actual,
      );
  }
}
