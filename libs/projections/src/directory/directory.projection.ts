import {
  BuildingType,
  DetailField,
  DomainEvent,
  entityKey,
  isErased,
  normaliseDetail,
  personIdOf,
  placeIdOf,
} from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

/** As what a recording names a place or a person: the names of the details that do. */
export const MENTION_ROLES = ['place', 'employee', 'client'] as const;
export type MentionRole = (typeof MENTION_ROLES)[number];

/** That a recording names a place or a person; or, with `named` null, that it does not. */
export interface Mention {
  /** `<recording>/<role>`. */
  id: string;
  owner: string;
  recordingId: string;
  role: MentionRole;
  named: NamedEntity | null;
  /** Who said so first, of what is said now; null: a key of nobody. */
  memberId: string | null;
  /** Of the event that said so, ISO 8601. */
  usedAt: string;
  /** Its position in the log, digits; orders lists. */
  usedPosition: string;
}

export interface NamedEntity {
  /** Of the place or person, the same for all spellings. */
  entityId: string;
  /** What is found by a part of it. */
  key: string;
  /** As this recording spells it. */
  name: string;
  /** Of a place; null where none was said, and for people. */
  city: string | null;
  buildingType: BuildingType | null;
}

type MentioningEvent = Extract<
  Recorded<DomainEvent>,
  { type: 'AudioUploaded' | 'DetailsProvided' | 'RecordingErased' }
>;
const TYPES: readonly MentioningEvent['type'][] = ['AudioUploaded', 'DetailsProvided', 'RecordingErased'];

/**
 * One row per recording and role, from its upload to its erasure. Places and people are what rows have in common: queries
 * group them, so that one goes with the last recording that names it.
 */
export const directoryProjection: DocumentProjection<Mention> = {
  name: 'directory',
  version: 1,
  table: 'read_directory',
  idType: 'text',
  filter: { types: [...TYPES] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'role', type: 'text', valueOf: (row) => row.role },
    { name: 'entity_id', type: 'uuid', valueOf: (row) => row.named?.entityId ?? null },
    { name: 'member_id', type: 'uuid', valueOf: (row) => row.memberId },
    { name: 'used_position', type: 'bigint', valueOf: (row) => row.usedPosition },
  ],
  idsOf: (event) =>
    isMentioning(event) ? MENTION_ROLES.map((role) => `${event.data.recordingId}/${role}`) : [],
  evolve: (row, event, id) => (isMentioning(event) ? evolve(row, event, id) : row),
};

function isMentioning(event: Recorded<DomainEvent>): event is MentioningEvent {
  return TYPES.some((type) => type === event.type);
}

function evolve(row: Mention | undefined, event: MentioningEvent, id: string): Mention | undefined {
  if (event.type === 'RecordingErased') return undefined;
  const { recordingId, details } = event.data;
  const owner = event.type === 'AudioUploaded' ? event.data.owner : row?.owner;
  const role = MENTION_ROLES.find((one) => id === `${recordingId}/${one}`);
  if (owner === undefined || role === undefined) return undefined;
  const named = isErased(details) ? null : entityOf(owner, role, details);
  // Somebody changed something else.
  if (row && isSame(row.named, named)) return row;
  const { actor, recordedAt } = event.metadata;
  return {
    ...{ id, owner, recordingId, role, named, memberId: actor.member ?? null },
    ...{ usedAt: recordedAt, usedPosition: event.position.toString() },
  };
}

function entityOf(
  owner: string,
  role: MentionRole,
  details: Readonly<Record<string, string>>,
): NamedEntity | null {
  const name = known(role, details);
  if (name === null) return null;
  if (role !== 'place') {
    const key = entityKey('person', name);
    return { entityId: personIdOf(owner, name), key, name, city: null, buildingType: null };
  }
  const city = known('city', details);
  const buildingType = known('buildingType', details) as BuildingType | null;
  const key = entityKey('place', name, city ?? undefined);
  return { entityId: placeIdOf(owner, name, city), key, name, city, buildingType };
}

/** Details of long ago were not checked: one that would not be taken today names nothing. */
function known(field: DetailField, details: Readonly<Record<string, string>>): string | null {
  const raw = Object.hasOwn(details, field) ? details[field] : undefined;
  if (raw === undefined) return null;
  const result = normaliseDetail(field, raw);
  // PostgreSQL's json cannot hold half a character or NUL; normalised text has neither.
  return 'value' in result ? result.value : null;
}

function isSame(one: NamedEntity | null, other: NamedEntity | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
