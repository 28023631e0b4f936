import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Position } from '@voxpersona/event-store';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { PageOf } from './access-queries';
import { Condition, Page, readPage } from './keyset';

/** An event as the index of the trail knows it; what happened stands in the log, at its position. */
export interface EventEntry {
  id: string;
  /** Digits. */
  position: string;
  stream: string;
  revision: number;
  type: string;
  correlationId: string;
  causationId: string;
  commandId: string;
}

/** What a list of events can be narrowed to. Everything that is given must hold. */
export interface EventFilterOfTrail {
  stream?: string | undefined;
  category?: string | undefined;
  type?: string | undefined;
  /** Id of a key, of a member, or name of a saga. */
  actor?: string | undefined;
  correlation?: string | undefined;
  recordingId?: string | undefined;
  /** ISO 8601, inclusive. */
  recordedFrom?: string | undefined;
  /** ISO 8601, exclusive. */
  recordedBefore?: string | undefined;
  /** Exclusive. */
  afterPosition?: Position | undefined;
}

const ENTRY = `json_build_object('id', id, 'position', position::text, 'stream', stream, 'revision', revision,
  'type', event_type, 'correlationId', correlation_id, 'causationId', causation_id, 'commandId', command_id)`;

/** Events of a workspace. */
export class ListEvents extends Query<Page<EventEntry>> {
  constructor(
    readonly page: PageOf,
    readonly filter: EventFilterOfTrail,
    readonly descending: boolean,
  ) {
    super();
  }
}

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  constructor(private readonly pool: Pool) {}

  execute({ page, filter, descending }: ListEvents): Promise<Page<EventEntry>> {
    return readPage(this.pool, {
      ...{ table: 'read_events', idType: 'uuid', document: ENTRY },
      conditions: [['owner = ?', page.owner], ...conditionsOf(filter)],
      sort: { column: 'position', type: 'bigint', descending },
      ...{ after: page.after, limit: page.limit },
    });
  }
}

function conditionsOf(filter: EventFilterOfTrail): Condition[] {
  const conditions: Condition[] = [];
  const add = (sql: string, value: unknown): void => {
    if (value !== undefined) conditions.push([sql, value]);
  };
  add('stream = ?', filter.stream);
  add('category = ?', filter.category);
  add('event_type = ?', filter.type);
  add('(actor_id = ? OR member::text = ?)', filter.actor);
  add('correlation_id = ?', filter.correlation);
  add('recording_id = ?', filter.recordingId);
  add('recorded_at >= ?', filter.recordedFrom);
  add('recorded_at < ?', filter.recordedBefore);
  add('position > ?', filter.afterPosition?.toString());
  return conditions;
}

/** One event of a workspace and everything that came of the same request; null when there is none, or it is another's. */
export class FindEventWithItsRequest extends Query<{ event: EventEntry; related: EventEntry[] } | null> {
  constructor(
    readonly owner: string,
    readonly eventId: string,
    /** At most so many related ones, the oldest first. */
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(FindEventWithItsRequest)
export class FindEventWithItsRequestHandler implements IQueryHandler<FindEventWithItsRequest> {
  constructor(private readonly pool: Pool) {}

  async execute({
    owner,
    eventId,
    limit,
  }: FindEventWithItsRequest): Promise<{ event: EventEntry; related: EventEntry[] } | null> {
    const { read_events: table } = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ entry: EventEntry }>(
      `SELECT ${ENTRY} AS entry FROM ${table} WHERE id = $1 AND owner = $2`,
      [eventId, owner],
    );
    const event = rows[0]?.entry;
    if (!event) return null;
    const related = await this.pool.query<{ entry: EventEntry }>(
      `SELECT ${ENTRY} AS entry FROM ${table} WHERE correlation_id = $1 AND owner = $2 ORDER BY position LIMIT $3`,
      [event.correlationId, owner, limit],
    );
    return { event, related: related.rows.map(({ entry }) => entry) };
  }
}

/**
 * The last position whose events were all recorded at or before a moment: clocks of several machines differ, so it is the
 * latest time seen up to a position that counts. Null before the first event.
 */
export class FindPositionAt extends Query<Position | null> {
  constructor(
    /** ISO 8601. */
    readonly moment: string,
  ) {
    super();
  }
}

@QueryHandler(FindPositionAt)
export class FindPositionAtHandler implements IQueryHandler<FindPositionAt> {
  constructor(private readonly pool: Pool) {}

  async execute({ moment }: FindPositionAt): Promise<Position | null> {
    const { read_events: table } = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ position: string }>(
      `SELECT position FROM ${table} WHERE latest_recorded_at <= $1
       ORDER BY latest_recorded_at DESC, position DESC LIMIT 1`,
      [moment],
    );
    return rows[0] ? BigInt(rows[0].position) : null;
  }
}
