import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { ReadModel } from '../generations/read-model';

/**
 * The index of the audit trail: one row per event of the log, with what it can be looked for by. What happened stands in
 * the log alone.
 */
export const EVENTS_TABLE_SQL = `
  CREATE TABLE read_events (
    id uuid PRIMARY KEY,
    position bigint NOT NULL,
    -- Workspace that it concerns; NULL: the installation.
    owner uuid,
    stream text NOT NULL,
    revision bigint NOT NULL,
    category text NOT NULL,
    event_type text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    member uuid,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    command_id text NOT NULL,
    recording_id uuid,
    recorded_at timestamptz NOT NULL,
    -- The latest recorded_at up to here: clocks of several machines differ, this never goes back.
    latest_recorded_at timestamptz NOT NULL
  );
  CREATE UNIQUE INDEX read_events_position ON read_events (position);
  CREATE INDEX read_events_of_owner ON read_events (owner, position);
  CREATE INDEX read_events_correlation ON read_events (correlation_id);
  CREATE INDEX read_events_causation ON read_events (causation_id);
  CREATE INDEX read_events_uploads ON read_events (recording_id) WHERE event_type = 'AudioUploaded';
  CREATE INDEX read_events_time ON read_events (latest_recorded_at, position);`;

export const eventsReadModel: ReadModel = {
  name: 'events',
  version: 1,
  table: 'read_events',
  filter: {},
  apply: async (events, table, transaction) => {
    const before = await lookUp(events, table, transaction);
    const { owners } = before;
    let { latest } = before;
    const times = events.map(({ metadata }) => (latest = later(latest, metadata.recordedAt)));
    const column = <T>(valueOf: (event: Recorded<DomainEvent>) => T): T[] => events.map(valueOf);
    await transaction.query(
      `INSERT INTO ${table} (id, position, owner, stream, revision, category, event_type, actor_kind, actor_id, member,
         correlation_id, causation_id, command_id, recording_id, recorded_at, latest_recorded_at)
       SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[],
         $8::text[], $9::text[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::uuid[], $15::timestamptz[],
         $16::timestamptz[])`,
      [
        column(({ id }) => id),
        column(({ position }) => position.toString()),
        column((event) => ownerOf(event, owners)),
        column(({ stream }) => stream),
        column(({ revision }) => revision),
        column(({ stream }) => stream.slice(0, stream.indexOf('-'))),
        column(({ type }) => type),
        column(({ metadata }) => metadata.actor.kind),
        column(({ metadata }) => metadata.actor.id),
        column(({ metadata }) => metadata.actor.member ?? null),
        column(({ metadata }) => metadata.$correlationId),
        column(({ metadata }) => metadata.$causationId),
        column(({ metadata }) => metadata.commandId),
        column(recordingOf),
        column(({ metadata }) => metadata.recordedAt),
        times,
      ],
    );
  },
  // Ids and times only: nothing of what is erased stands here.
  erase: () => Promise.resolve(false),
};

function recordingOf({ data }: Recorded<DomainEvent>): string | null {
  return 'recordingId' in data ? data.recordingId : null;
}

function ownerOf(event: Recorded<DomainEvent>, owners: ReadonlyMap<string, string>): string | null {
  const { data, metadata } = event;
  if ('ownerId' in data) return data.ownerId;
  if ('owner' in data) return data.owner;
  return owners.get(recordingOf(event) ?? '') ?? metadata.actor.owner;
}

/**
 * Whose recordings these events are about, and the latest time in the table. The recordings' streams began in this batch,
 * or before it.
 */
async function lookUp(
  events: readonly Recorded<DomainEvent>[],
  table: string,
  transaction: PoolClient,
): Promise<{ owners: Map<string, string>; latest: string }> {
  const wanted = [...new Set(events.map(recordingOf).filter((id) => id !== null))];
  const { rows } = await transaction.query<{ latest: Date | null; owners: [string, string][] | null }>(
    `SELECT
       (SELECT latest_recorded_at FROM ${table} ORDER BY position DESC LIMIT 1) AS latest,
       (SELECT json_agg(json_build_array(recording_id, owner)) FROM ${table}
        WHERE event_type = 'AudioUploaded' AND recording_id = ANY ($1::uuid[])) AS owners`,
    [wanted],
  );
  const owners = new Map(rows[0]?.owners ?? []);
  for (const event of events) {
    if (event.type === 'AudioUploaded') owners.set(event.data.recordingId, event.data.owner);
  }
  return { owners, latest: rows[0]?.latest?.toISOString() ?? '' };
}

/** ISO 8601 in UTC with milliseconds, as all our times are, sorts as text. */
function later(a: string, b: string): string {
  return a > b ? a : b;
}
