import { StoredEvent } from '@voxpersona/event-store';
import { Pool, PoolClient } from 'pg';

/**
 * An event that a serving projection could not apply, and went on without: a rebuild would stop at it. Or one of a type that
 * the build does not know: a rebuild by one that does takes it up.
 */
export interface ParkedEvent {
  projection: string;
  generation: number;
  eventId: string;
  eventType: string;
  stream: string;
  /** Digits. */
  position: string;
  reason: string;
  /** ISO 8601. */
  parkedAt: string;
}

export async function parkEvent(
  connection: Pool | PoolClient,
  projection: string,
  generation: number,
  event: StoredEvent,
  reason: string,
): Promise<void> {
  const { id, type, stream, position } = event;
  await connection.query(
    `INSERT INTO parked_events (projection, generation, event_id, event_type, stream, position, reason, resources)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [projection, generation, id, type, stream, position.toString(), reason, resourcesOf(event)],
  );
}

/** Also of an event that cannot be read: that of its stream, and those that it names. */
function resourcesOf({ stream, data }: StoredEvent): string[] {
  const named = [data.recordingId, data.reportId, data.memberId];
  const ids = [stream.slice(stream.indexOf('-') + 1), ...named];
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

/** Of the generations that serve, oldest first. */
export async function listParkedEvents(connection: Pool | PoolClient): Promise<ParkedEvent[]> {
  const { rows } = await connection.query<ParkedEvent & { parkedAt: Date }>(
    `SELECT projection, generation, event_id AS "eventId", event_type AS "eventType", stream, position,
       parked_events.reason, parked_at AS "parkedAt"
     FROM parked_events JOIN projection_generations USING (projection, generation)
     WHERE state = 'active' ORDER BY position, projection`,
  );
  return rows.map((row) => ({ ...row, parkedAt: row.parkedAt.toISOString() }));
}
