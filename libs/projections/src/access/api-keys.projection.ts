import { Scope } from '@voxpersona/domain';
import { DocumentProjection } from '../runner/document-projection';

/** An API key as its workspace sees it. Nothing here lets anybody in: who may, the log says. */
export interface ApiKeyView {
  id: string;
  owner: string;
  memberId: string;
  label: string;
  /** Null: all that the member may do. */
  scopes: Scope[] | null;
  /** ISO 8601. */
  createdAt: string;
  /** Position of its making in the log, digits; orders lists. */
  createdPosition: string;
  expiresAt: string | null;
  revokedAt: string | null;
  replacedBy: string | null;
}

export const apiKeysProjection: DocumentProjection<ApiKeyView> = {
  name: 'api-keys',
  version: 2,
  table: 'read_api_keys',
  idType: 'text',
  filter: { types: ['ApiKeyIssued', 'ApiKeyRevoked', 'ApiKeyRotated'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'member_id', type: 'uuid', valueOf: (row) => row.memberId },
    { name: 'created_position', type: 'bigint', valueOf: (row) => row.createdPosition },
  ],
  idsOf: (event) => ('keyId' in event.data ? [event.data.keyId] : []),
  evolve: (row, event) => {
    switch (event.type) {
      case 'ApiKeyIssued': {
        const { ownerId: owner, keyId: id, memberId, label, scopes, expiresAt } = event.data;
        const { recordedAt: createdAt } = event.metadata;
        const createdPosition = event.position.toString();
        return {
          ...{ id, owner, memberId, label, scopes, createdAt, createdPosition, expiresAt },
          ...{ revokedAt: null, replacedBy: null },
        };
      }
      case 'ApiKeyRevoked':
        return row && { ...row, revokedAt: event.metadata.recordedAt };
      case 'ApiKeyRotated':
        return row && { ...row, expiresAt: event.data.validUntil, replacedBy: event.data.replacedBy };
      default:
        return row;
    }
  },
};
