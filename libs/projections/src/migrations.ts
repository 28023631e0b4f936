import { accessTrailProjection } from './access/access-trail.projection';
import { apiKeysProjection } from './access/api-keys.projection';
import { directoryProjection } from './directory/directory.projection';
import { EVENTS_TABLE_SQL } from './events/events.projection';
import { GENERATION_MIGRATIONS } from './generations/generation';
import { invitationsProjection } from './access/invitations.projection';
import { membersProjection } from './access/members.projection';
import { PASSAGES_TABLE_SQL } from './passages/passages.projection';
import { recordingsProjection } from './recordings/recordings.projection';
import { reportsProjection } from './reports/reports.projection';
import { reprocessingItemsProjection } from './reprocessings/reprocessing-items.projection';
import { reprocessingsProjection } from './reprocessings/reprocessings.projection';
import { columnsOf, tableOf } from './runner/document-projection';
import { ACTIVE_EMBEDDER_MIGRATION } from './vector-index/active-embedder';
import { transcriptsProjection } from './transcripts/transcripts.projection';

/** Tables of the read models. All of them can be emptied at any time: the log fills them again. */
export const PROJECTION_MIGRATIONS = [
  { name: '0030-read-recordings', sql: tableOf(recordingsProjection) },
  {
    name: '0031-read-recordings-of-owner',
    sql: 'CREATE INDEX read_recordings_of_owner ON read_recordings (owner, uploaded_position DESC);',
  },
  { name: '0032-read-transcripts', sql: tableOf(transcriptsProjection) },
  { name: '0033-read-reports', sql: tableOf(reportsProjection) },
  { name: '0034-read-api-keys', sql: tableOf(apiKeysProjection) },
  { name: '0035-read-passages', sql: PASSAGES_TABLE_SQL },
  ACTIVE_EMBEDDER_MIGRATION,
  { name: '0037-read-members', sql: tableOf(membersProjection) },
  { name: '0038-read-invitations', sql: tableOf(invitationsProjection) },
  { name: '0039-read-access-trail', sql: tableOf(accessTrailProjection) },
  {
    name: '0040-lists-of-a-workspace',
    sql: `
      ${columnsOf(apiKeysProjection)}
      ${columnsOf(recordingsProjection)}
      CREATE INDEX read_api_keys_of_owner ON read_api_keys (owner, created_position);
      CREATE INDEX read_members_of_owner ON read_members (owner, joined_position);
      CREATE INDEX read_invitations_of_owner ON read_invitations (owner, invited_position);
      CREATE INDEX read_access_trail_of_owner ON read_access_trail (owner, position);`,
  },
  ...GENERATION_MIGRATIONS,
  { name: '0043-read-events', sql: EVENTS_TABLE_SQL },
  {
    name: '0045-read-reprocessings',
    sql: `
      ${tableOf(reprocessingsProjection)}
      ${tableOf(reprocessingItemsProjection)}
      CREATE INDEX read_reprocessings_of_owner ON read_reprocessings (owner, requested_position);
      CREATE INDEX read_reprocessing_items_of_batch ON read_reprocessing_items (reprocessing_id, place);`,
  },
  {
    name: '0046-read-directory',
    sql: `
      ${tableOf(directoryProjection)}
      CREATE INDEX read_directory_of_owner ON read_directory (owner, role, entity_id);`,
  },
] as const;
