import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { BuildingType, entityKey } from '@voxpersona/domain';
import { Pool } from 'pg';
import { MentionRole } from '../directory/directory.projection';
import { activeTables } from '../generations/active-tables';
import { PageOf } from './access-queries';
import { Page } from './keyset';

/** What a list of places or people can be narrowed to, and whose habits it follows. */
export interface DirectoryFilter {
  /** Part of the name or, for places, of the city; spelt as it may be, see `entityKey`. */
  q?: string | undefined;
  /** What this member used comes first. */
  memberId?: string | undefined;
}

export interface PlaceView {
  /** The same for all spellings. */
  id: string;
  /** The newest spelling. */
  name: string;
  city: string | null;
  /** As it was said last, where it was said. */
  buildingType: BuildingType | null;
  /** Recordings that name it. */
  timesUsed: number;
  /** ISO 8601. */
  lastUsedAt: string;
}

export type PersonRole = Exclude<MentionRole, 'place'>;

export interface PersonView extends Pick<PlaceView, 'id' | 'name' | 'timesUsed' | 'lastUsedAt'> {
  /** As what they were named, in the order of the alphabet. */
  roles: PersonRole[];
}

/** Places that the recordings of a workspace name, last used first. */
export class ListPlaces extends Query<Page<PlaceView>> {
  constructor(
    readonly page: PageOf,
    readonly filter: DirectoryFilter = {},
  ) {
    super();
  }
}

/** People whom the recordings of a workspace name, last used first. */
export class ListPeople extends Query<Page<PersonView>> {
  constructor(
    readonly page: PageOf,
    /** `role` left out: whatever they do. */
    readonly filter: DirectoryFilter & { role?: PersonRole | undefined } = {},
  ) {
    super();
  }
}

@QueryHandler(ListPlaces)
export class ListPlacesHandler implements IQueryHandler<ListPlaces> {
  constructor(private readonly pool: Pool) {}

  async execute({ page, filter }: ListPlaces): Promise<Page<PlaceView>> {
    const { rows, next } = await readEntities(this.pool, page, ['place'], filter);
    const places = rows.map(({ id, newest, buildingType, timesUsed }) => ({
      ...{ id, name: newest.named.name, city: newest.named.city, buildingType, timesUsed },
      lastUsedAt: newest.usedAt,
    }));
    return { rows: places, next };
  }
}

@QueryHandler(ListPeople)
export class ListPeopleHandler implements IQueryHandler<ListPeople> {
  constructor(private readonly pool: Pool) {}

  async execute({ page, filter }: ListPeople): Promise<Page<PersonView>> {
    const wanted: PersonRole[] = filter.role ? [filter.role] : ['client', 'employee'];
    const { rows, next } = await readEntities(this.pool, page, wanted, filter);
    const people = rows.map(({ id, newest, roles, timesUsed }) => ({
      ...{ id, name: newest.named.name, roles: roles as PersonRole[], timesUsed },
      lastUsedAt: newest.usedAt,
    }));
    return { rows: people, next };
  }
}

/** What the rows of one place or person have in common. */
interface Entity {
  id: string;
  /** The row that named it last. */
  newest: { named: { name: string; city: string | null }; usedAt: string };
  buildingType: BuildingType | null;
  roles: MentionRole[];
  timesUsed: number;
  /** What the list is sorted by, digits. */
  sortedBy: string;
}

/** Positions in the log have at most 18 digits: with this added, what a member used stands before all others. */
const FIRST = '1000000000000000000';

async function readEntities(
  pool: Pool,
  { owner, after, limit }: PageOf,
  roles: readonly MentionRole[],
  { q, memberId }: DirectoryFilter,
): Promise<Page<Entity>> {
  const tables = await activeTables(pool);
  const { rows } = await pool.query<Entity>(
    `SELECT * FROM (
       SELECT entity_id AS id,
         (array_agg(document ORDER BY used_position DESC, id DESC))[1] AS newest,
         (array_agg(document #>> '{named,buildingType}' ORDER BY used_position DESC, id DESC)
           FILTER (WHERE document #>> '{named,buildingType}' IS NOT NULL))[1] AS "buildingType",
         array_agg(DISTINCT role ORDER BY role) AS roles,
         count(DISTINCT document ->> 'recordingId')::integer AS "timesUsed",
         greatest(max(used_position), max(used_position) FILTER (WHERE member_id = $4) + ${FIRST})::text
           AS "sortedBy"
       FROM ${tables.read_directory}
       WHERE owner = $1 AND role = ANY ($2) AND entity_id IS NOT NULL
         AND ($3::text IS NULL OR strpos(document #>> '{named,key}', $3) > 0)
       GROUP BY entity_id) AS entities
     WHERE $5::bigint IS NULL OR ("sortedBy"::bigint, id) < ($5, $6)
     ORDER BY "sortedBy"::bigint DESC, id DESC LIMIT $7`,
    [
      ...[owner, roles, q === undefined ? null : entityKey('person', q), memberId ?? null],
      ...[after?.value ?? null, after?.id ?? null, limit + 1],
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last ? { value: last.sortedBy, id: last.id } : null;
  return { rows: page, next };
}
