import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Position, toPosition } from '@voxpersona/event-store';
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
      sort: { column: 'position', type: 'bigint', descending, unique: true },
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

/** A cause as the index names it. */
export interface EventCause {
  id: string;
  type: string;
  /** ISO 8601. */
  recordedAt: string;
}

export interface EventWithItsRequest {
  event: EventEntry;
  /** The first cause first. */
  causes: EventCause[];
  /** In the order of the log. */
  effects: EventEntry[];
  /** There are more causes, or more effects, than these. */
  cut: boolean;
}

/** How much is shown around an event. */
export interface TrailBounds {
  /** At most so many causes, those nearest to the event. */
  causes: number;
  /** At most so many effects, those with the fewest events in between. */
  effects: number;
  /** Effects with at most so many steps in between: who shows them as a tree descends into it. */
  steps: number;
}

/**
 * One event of a workspace, what led to it and what came of it; null when there is none, or it is another's. Goes from event
 * to event by what caused what, not by the request: a batch asks recordings under a correlation of its own, and all of a
 * batch has one.
 */
export class FindEventWithItsRequest extends Query<EventWithItsRequest | null> {
  constructor(
    readonly owner: string,
    readonly eventId: string,
    readonly bounds: TrailBounds,
  ) {
    super();
  }
}

/** What caused an event is another one, or a request or a command, whose name may be anything. */
const UUID = `'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'`;

interface CauseRow {
  id: string;
  type: string;
  recordedAt: Date;
}

@QueryHandler(FindEventWithItsRequest)
export class FindEventWithItsRequestHandler implements IQueryHandler<FindEventWithItsRequest> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, eventId, bounds }: FindEventWithItsRequest): Promise<EventWithItsRequest | null> {
    const { read_events: table } = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ entry: EventEntry }>(
      `SELECT ${ENTRY} AS entry FROM ${table} WHERE id = $1 AND owner = $2`,
      [eventId, owner],
    );
    const event = rows[0]?.entry;
    if (!event) return null;
    const causes = await this.causesOf(table, event, owner, bounds);
    const root = causes.at(-1)?.id ?? event.id;
    const first = await this.firstOfCommand(table, root, owner);
    if (first && first.id !== root) causes.push(first);
    const effects = await this.effectsOf(table, event, first?.id === event.id, owner, bounds);
    return {
      event,
      causes: causes
        .slice(0, bounds.causes)
        .reverse()
        .map(({ id, type, recordedAt }) => ({ id, type, recordedAt: recordedAt.toISOString() })),
      effects: effects.entries.sort((a, b) => (toPosition(a.position) < toPosition(b.position) ? -1 : 1)),
      cut: causes.length > bounds.causes || effects.cut,
    };
  }

  /** The first event that the command recorded that recorded this one; none where this is the only one. */
  private async firstOfCommand(table: string, id: string, owner: string): Promise<CauseRow | undefined> {
    const { rows } = await this.pool.query<CauseRow>(
      `SELECT e.id, e.event_type AS type, e.recorded_at AS "recordedAt" FROM ${table} AS one JOIN ${table} AS e
         ON e.causation_id = one.causation_id AND e.command_id = one.command_id
       WHERE one.id = $1 AND e.owner = $2 ORDER BY e.position LIMIT 2`,
      [id, owner],
    );
    return rows.length > 1 ? rows[0] : undefined;
  }

  /** The nearest first; one more than the bound where there are more. */
  private async causesOf(
    table: string,
    event: EventEntry,
    owner: string,
    { causes }: TrailBounds,
  ): Promise<CauseRow[]> {
    // A cause stands before what it caused: so it ends, whatever names a request was given.
    const { rows } = await this.pool.query<CauseRow>(
      `WITH RECURSIVE cause AS (
         SELECT 0 AS steps, id, position, causation_id, event_type, recorded_at FROM ${table} WHERE id = $1
         UNION ALL
         SELECT effect.steps + 1, e.id, e.position, e.causation_id, e.event_type, e.recorded_at
         FROM cause AS effect JOIN ${table} AS e
           ON e.id = CASE WHEN effect.causation_id ~* ${UUID} THEN effect.causation_id::uuid END
         WHERE e.owner = $2 AND e.position < effect.position AND effect.steps <= $3
       )
       SELECT id, event_type AS type, recorded_at AS "recordedAt" FROM cause WHERE steps > 0 ORDER BY steps`,
      [event.id, owner, causes],
    );
    return rows;
  }

  private async effectsOf(
    table: string,
    event: EventEntry,
    standsForCommand: boolean,
    owner: string,
    { effects, steps }: TrailBounds,
  ): Promise<{ entries: EventEntry[]; cut: boolean }> {
    // Step by step, and no further than the limit asks for: rows come as they are found.
    const { rows } = await this.pool.query<{ entry: EventEntry; steps: number }>(
      `WITH RECURSIVE effect AS (
         SELECT CASE WHEN id = $1 THEN 0 ELSE 1 END AS steps, e.* FROM ${table} AS e
         WHERE id = $1 OR $5 AND owner = $2 AND causation_id = $6 AND command_id = $7
         UNION ALL
         SELECT cause.steps + 1, e.*
         FROM effect AS cause JOIN ${table} AS e ON e.causation_id = cause.id::text
         WHERE e.owner = $2 AND e.position > cause.position AND cause.steps <= $3
       )
       SELECT ${ENTRY} AS entry, steps FROM effect WHERE steps > 0 LIMIT $4`,
      [event.id, owner, steps, effects + 1, standsForCommand, event.causationId, event.commandId],
    );
    const within = rows.slice(0, effects).filter((row) => row.steps <= steps);
    return { entries: within.map(({ entry }) => entry), cut: within.length < rows.length };
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
    return rows[0] ? toPosition(rows[0].position) : null;
  }
}
