import { DomainEvent } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

/** What happened to the access of a workspace: members, invitations, keys, and who was refused what. */
export interface AccessTrailEntry {
  /** Id of the event. */
  id: string;
  owner: string;
  type: string;
  /** Position in the log, digits; orders lists. */
  position: string;
  /** ISO 8601. */
  recordedAt: string;
  actor: Recorded<DomainEvent>['metadata']['actor'];
  /** Id of the request that led to it. */
  correlationId: string;
  /** Without names (members may have theirs erased) and without hashes of secrets. */
  data: Record<string, unknown>;
}

const LEFT_OUT: readonly string[] = ['name', 'secretSha256'];

/** One row per event; the log itself is the trail, this is its index by workspace. */
export const accessTrailProjection: DocumentProjection<AccessTrailEntry> = {
  name: 'access-trail',
  version: 1,
  table: 'read_access_trail',
  idType: 'uuid',
  filter: { streamPrefixes: ['owner-', 'denials-'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'position', type: 'bigint', valueOf: (row) => row.position },
    { name: 'event_type', type: 'text', valueOf: (row) => row.type },
  ],
  idsOf: (event) => ('ownerId' in event.data ? [event.id] : []),
  evolve: (_row, event) => {
    if (!('ownerId' in event.data)) return undefined;
    const kept = Object.entries(event.data).filter(([field]) => !LEFT_OUT.includes(field));
    const { recordedAt, actor, $correlationId: correlationId } = event.metadata;
    return {
      ...{ id: event.id, owner: event.data.ownerId, type: event.type, position: event.position.toString() },
      ...{ recordedAt, actor, correlationId, data: Object.fromEntries(kept) },
    };
  },
};
