import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ProjectionsRunner } from './projections-runner';
import {
  FindKeyOwnerHandler,
  FindInvitationOwnerHandler,
  GetMemberHandler,
  ListAccessTrailHandler,
  ListApiKeysHandler,
  ListInvitationsHandler,
  ListMembersHandler,
} from './queries/access-queries';
import { ListPeopleHandler, ListPlacesHandler } from './queries/directory-queries';
import {
  FindEventWithItsRequestHandler,
  FindPositionAtHandler,
  ListEventsHandler,
} from './queries/event-queries';
import { GetRecordingHandler } from './queries/get-recording';
import { GetReportHandler } from './queries/get-report';
import { GetTranscriptHandler } from './queries/get-transcript';
import { ListRecordingsHandler } from './queries/list-recordings';
import {
  ForecastReprocessingHandler,
  GetReprocessingHandler,
  ListReprocessingItemsHandler,
  ListReprocessingsHandler,
} from './queries/reprocessing-queries';
import { SearchPassagesHandler } from './queries/search-passages';

const QUERIES = [
  GetRecordingHandler,
  ListRecordingsHandler,
  GetTranscriptHandler,
  GetReportHandler,
  FindKeyOwnerHandler,
  FindInvitationOwnerHandler,
  ListApiKeysHandler,
  ListMembersHandler,
  GetMemberHandler,
  ListInvitationsHandler,
  ListAccessTrailHandler,
  ListPlacesHandler,
  ListPeopleHandler,
  SearchPassagesHandler,
  GetReprocessingHandler,
  ListReprocessingsHandler,
  ListReprocessingItemsHandler,
  ForecastReprocessingHandler,
  ListEventsHandler,
  FindEventWithItsRequestHandler,
  FindPositionAtHandler,
];

/** Read models and the queries on them. Adapters come from the application's global module. */
@Module({
  imports: [CqrsModule],
  providers: [...QUERIES, ProjectionsRunner],
  exports: [CqrsModule, ProjectionsRunner],
})
export class ProjectionsModule {}
