import { apiKeysProjection } from './api-keys/api-keys.projection';
import { PASSAGES_TABLE_SQL } from './passages/passages.projection';
import { recordingsProjection } from './recordings/recordings.projection';
import { reportsProjection } from './reports/reports.projection';
import { tableOf } from './runner/document-projection';
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
] as const;
