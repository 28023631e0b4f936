import { DocumentProjection } from '../runner/document-projection';

/** What is needed to recognise an API key. The secret itself is nowhere. */
export interface ApiKeyView {
  keyId: string;
  ownerId: string;
  label: string;
  /** Lower-case hex. */
  secretSha256: string;
  revoked: boolean;
}

export const apiKeysProjection: DocumentProjection<ApiKeyView> = {
  name: 'api-keys',
  version: 1,
  table: 'read_api_keys',
  idType: 'text',
  filter: { types: ['ApiKeyIssued', 'ApiKeyRevoked'] },
  columns: [],
  idsOf: (event) => ('keyId' in event.data ? [event.data.keyId] : []),
  evolve: (row, event) => {
    if (event.type === 'ApiKeyIssued') return { ...event.data, revoked: false };
    return event.type === 'ApiKeyRevoked' && row ? { ...row, revoked: true } : row;
  },
};
