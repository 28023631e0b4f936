import { accessTrailProjection } from './access/access-trail.projection';
import { apiKeysProjection } from './access/api-keys.projection';
import { invitationsProjection } from './access/invitations.projection';
import { membersProjection } from './access/members.projection';
import { directoryProjection } from './directory/directory.projection';
import { eventsReadModel } from './events/events.projection';
import { ReadModel } from './generations/read-model';
import { passagesReadModel } from './passages/passages.projection';
import { recordingsProjection } from './recordings/recordings.projection';
import { reportsProjection } from './reports/reports.projection';
import { documentReadModel } from './runner/document-projection';
import { reprocessingItemsProjection } from './reprocessings/reprocessing-items.projection';
import { reprocessingsProjection } from './reprocessings/reprocessings.projection';
import { transcriptsProjection } from './transcripts/transcripts.projection';

/** The one list of read models in PostgreSQL: a new one is added here, and its table in `migrations.ts`. */
export const READ_MODELS: readonly ReadModel[] = [
  documentReadModel(recordingsProjection),
  documentReadModel(transcriptsProjection),
  documentReadModel(reportsProjection),
  documentReadModel(apiKeysProjection),
  documentReadModel(membersProjection),
  documentReadModel(invitationsProjection),
  documentReadModel(accessTrailProjection),
  documentReadModel(reprocessingsProjection),
  documentReadModel(reprocessingItemsProjection),
  documentReadModel(directoryProjection),
  passagesReadModel,
  eventsReadModel,
];

/** The projection that is not in PostgreSQL. */
export const VECTOR_INDEX = 'vector-index';

export const PROJECTION_NAMES = [
  'recordings',
  'transcripts',
  'reports',
  'api-keys',
  'members',
  'invitations',
  'access-trail',
  'reprocessings',
  'reprocessing-items',
  'directory',
  'passages',
  'events',
  VECTOR_INDEX,
] as const;

export type ProjectionName = (typeof PROJECTION_NAMES)[number];
