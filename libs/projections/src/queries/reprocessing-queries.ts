import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import {
  forecastReprocessing,
  MAX_REPROCESSED,
  RecordingHistory,
  ReprocessingForecast,
  ReprocessingWork,
} from '@voxpersona/domain';
import { Pool } from 'pg';
import { historyOf } from '../recordings/call-totals';
import { RecordingView } from '../recordings/recording-view';
import { ReprocessingItemView } from '../reprocessings/reprocessing-items.projection';
import { ReprocessingView } from '../reprocessings/reprocessings.projection';
import { PageOf } from './access-queries';
import { findDocument } from './find-document';
import { Condition, KeysetPosition, Page, readPage } from './keyset';
import { ListRecordings, ListRecordingsHandler, RecordingFilter } from './list-recordings';

/** Batches of a workspace, newest first. */
export class ListReprocessings extends Query<Page<ReprocessingView>> {
  constructor(readonly page: PageOf) {
    super();
  }
}

@QueryHandler(ListReprocessings)
export class ListReprocessingsHandler implements IQueryHandler<ListReprocessings> {
  constructor(private readonly pool: Pool) {}

  execute({ page }: ListReprocessings): Promise<Page<ReprocessingView>> {
    const sort = { column: 'requested_position', type: 'bigint' as const, descending: true };
    const conditions: Condition[] = [['owner = ?', page.owner]];
    return readPage(this.pool, { table: 'read_reprocessings', idType: 'uuid', conditions, sort, ...page });
  }
}

/** One batch of a workspace; null when there is none, or when it is another's. */
export class GetReprocessing extends Query<ReprocessingView | null> {
  constructor(
    readonly owner: string,
    readonly reprocessingId: string,
  ) {
    super();
  }
}

@QueryHandler(GetReprocessing)
export class GetReprocessingHandler implements IQueryHandler<GetReprocessing> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, reprocessingId }: GetReprocessing): Promise<ReprocessingView | null> {
    const place = { projection: 'reprocessings', table: 'read_reprocessings' } as const;
    return findDocument<ReprocessingView>(this.pool, place, reprocessingId, owner);
  }
}

/** Recordings of a batch as they are asked, whoever owns it: ask `GetReprocessing` first. */
export class ListReprocessingItems extends Query<Page<ReprocessingItemView>> {
  constructor(
    readonly reprocessingId: string,
    readonly page: { limit: number; after: KeysetPosition | null },
  ) {
    super();
  }
}

@QueryHandler(ListReprocessingItems)
export class ListReprocessingItemsHandler implements IQueryHandler<ListReprocessingItems> {
  constructor(private readonly pool: Pool) {}

  execute({ reprocessingId, page }: ListReprocessingItems): Promise<Page<ReprocessingItemView>> {
    const sort = { column: 'place', type: 'bigint' as const, descending: false };
    const conditions: Condition[] = [['reprocessing_id = ?', reprocessingId]];
    return readPage(this.pool, {
      ...{ table: 'read_reprocessing_items', idType: 'uuid', conditions, sort },
      ...page,
    });
  }
}

const PAGE = 500;

export interface ChosenRecordings {
  /** The oldest upload first. Of more than a batch may have, one more than that. */
  recordingIds: string[];
  forecast: ReprocessingForecast;
}

/** Which recordings of a workspace a batch would have, and what it would cost. Changes nothing. */
export class ForecastReprocessing extends Query<ChosenRecordings> {
  constructor(
    readonly owner: string,
    readonly work: ReprocessingWork,
    /** Where it names no status, recordings that are ready: others would only refuse. */
    readonly filter: RecordingFilter,
  ) {
    super();
  }
}

@QueryHandler(ForecastReprocessing)
export class ForecastReprocessingHandler implements IQueryHandler<ForecastReprocessing> {
  private readonly recordings: ListRecordingsHandler;

  constructor(pool: Pool) {
    this.recordings = new ListRecordingsHandler(pool);
  }

  async execute({ owner, work, filter }: ForecastReprocessing): Promise<ChosenRecordings> {
    const narrowed = { ...filter, status: filter.status ?? (['ready'] as const) };
    const sort = { by: 'uploadedAt' as const, descending: false };
    const recordingIds: string[] = [];
    const histories: RecordingHistory[] = [];
    let after: KeysetPosition | null = null;
    do {
      const query = new ListRecordings({ owner, limit: PAGE, after }, narrowed, sort);
      const { rows, next }: Page<RecordingView> = await this.recordings.execute(query);
      recordingIds.push(...rows.map(({ id }) => id));
      histories.push(...rows.map(historyOf));
      after = next;
    } while (after !== null && recordingIds.length <= MAX_REPROCESSED);
    return {
      recordingIds: recordingIds.slice(0, MAX_REPROCESSED + 1),
      forecast: forecastReprocessing(work, histories),
    };
  }
}
