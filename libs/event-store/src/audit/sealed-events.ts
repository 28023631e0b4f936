import { Pool, PoolClient } from 'pg';
import { EventStore, Position, START, toPosition } from '../port/event-store';
import { everyEvent } from '../port/every-event';

/**
 * What was sealed, event by event: it lets a broken log be told by the event, not only by the stretch between two seals. It
 * proves nothing by itself; it is believed where it leads to the signed roots.
 */
export const SEALED_EVENTS_MIGRATIONS = [
  {
    name: '0044-sealed-events',
    sql: `
      CREATE TABLE sealed_events (
        -- Place in the order of the log, from 0.
        leaf bigint PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        -- Of the event, 32 bytes.
        hash bytea NOT NULL,
        position bigint NOT NULL
      );`,
  },
] as const;

export interface SealedEvent {
  eventId: string;
  /** Lower-case hex. */
  hash: string;
}

const PAGE = 10_000;

/** Somebody else has sealed these events, or some of them. */
export class SealedMeanwhile extends Error {
  constructor() {
    super('Another process has sealed the log meanwhile');
    this.name = 'SealedMeanwhile';
  }
}

/** @throws SealedMeanwhile when the next leaf is another than `firstLeaf` */
export async function appendSealedEvents(
  transaction: PoolClient,
  firstLeaf: number,
  events: readonly (SealedEvent & { position: Position })[],
): Promise<void> {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtext('sealed events'))");
  const { rows } = await transaction.query<{ next: string }>(
    'SELECT coalesce(max(leaf) + 1, 0) AS next FROM sealed_events',
  );
  if (Number(rows[0]?.next) !== firstLeaf) throw new SealedMeanwhile();
  await transaction.query(
    `INSERT INTO sealed_events (leaf, event_id, hash, position)
     SELECT $1::bigint + place - 1, event_id, decode(hash, 'hex'), position
     FROM unnest($2::uuid[], $3::text[], $4::bigint[]) WITH ORDINALITY AS given(event_id, hash, position, place)`,
    [
      firstLeaf,
      events.map(({ eventId }) => eventId),
      events.map(({ hash }) => hash),
      events.map(({ position }) => position.toString()),
    ],
  );
}

/** All of them, in their order. */
export async function* everySealedEvent(pool: Pool): AsyncGenerator<SealedEvent> {
  for (let from = 0; ; from += PAGE) {
    const { rows } = await pool.query<SealedEvent>(
      `SELECT event_id AS "eventId", encode(hash, 'hex') AS hash FROM sealed_events
       WHERE leaf >= $1 AND leaf < $2 ORDER BY leaf`,
      [from, from + PAGE],
    );
    yield* rows;
    if (rows.length < PAGE) return;
  }
}

export async function isSealedEvent(pool: Pool, eventId: string): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM sealed_events WHERE event_id = $1', [eventId]);
  return rowCount === 1;
}

/**
 * After the log was moved: the last sealed event has another position there. Reads the log up to it.
 *
 * @throws Error when the log does not hold all of them
 */
export async function rebaseSealedEvents(
  pool: Pool,
  transaction: PoolClient,
  store: EventStore,
): Promise<void> {
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) AS count FROM sealed_events');
  let left = Number(rows[0]?.count ?? 0);
  if (left === 0) return;
  for await (const { id, position } of everyEvent(store)) {
    left -= 1;
    if (left > 0) continue;
    const { rowCount } = await transaction.query(
      `UPDATE sealed_events SET position = $2
       WHERE event_id = $1 AND leaf = (SELECT max(leaf) FROM sealed_events)`,
      [id, position.toString()],
    );
    if (rowCount === 1) return;
    break;
  }
  throw new Error('The log does not hold the events that were sealed, see vox audit verify');
}

/** Position in this log of the last event that was sealed. */
export async function lastSealedPosition(pool: Pool): Promise<Position> {
  const { rows } = await pool.query<{ position: string }>(
    'SELECT position FROM sealed_events ORDER BY leaf DESC LIMIT 1',
  );
  return rows[0] ? toPosition(rows[0].position) : START;
}
