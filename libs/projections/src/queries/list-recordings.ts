import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Scenario } from '@voxpersona/domain';
import { Pool } from 'pg';
import { RecordingStatus } from '../recordings/recording-status';
import { RecordingView } from '../recordings/recording-view';
import { PageOf } from './access-queries';
import { Condition, KeysetSort, Page, readPage } from './keyset';

/** What a list of recordings can be narrowed to. Everything that is given must hold. */
export interface RecordingFilter {
  status?: readonly RecordingStatus[] | undefined;
  scenario?: Scenario | undefined;
  language?: string | undefined;
  /** ISO 8601, inclusive. */
  uploadedFrom?: string | undefined;
  /** ISO 8601, exclusive. */
  uploadedBefore?: string | undefined;
  /** Part of the file's name, whatever its case. */
  fileName?: string | undefined;
}

const SORTS = {
  uploadedAt: { column: 'uploaded_position', type: 'bigint', unique: true },
  updatedAt: { column: 'updated_at', type: 'timestamptz' },
  duration: { column: 'duration_seconds', type: 'double precision' },
  fileName: { column: "lower(document ->> 'fileName')", type: 'text' },
} as const satisfies Record<string, Omit<KeysetSort, 'descending'>>;

export type RecordingSort = keyof typeof SORTS;
export const RECORDING_SORTS = Object.keys(SORTS) as RecordingSort[];

/** A workspace's recordings, without erased ones. */
export class ListRecordings extends Query<Page<RecordingView>> {
  constructor(
    readonly page: PageOf,
    readonly filter: RecordingFilter,
    readonly sort: { by: RecordingSort; descending: boolean },
  ) {
    super();
  }
}

@QueryHandler(ListRecordings)
export class ListRecordingsHandler implements IQueryHandler<ListRecordings> {
  constructor(private readonly pool: Pool) {}

  execute({ page, filter, sort }: ListRecordings): Promise<Page<RecordingView>> {
    return readPage(this.pool, {
      table: 'read_recordings',
      idType: 'uuid',
      conditions: [['owner = ?', page.owner], ...conditionsOf(filter)],
      sort: { ...SORTS[sort.by], descending: sort.descending },
      after: page.after,
      limit: page.limit,
    });
  }
}

function conditionsOf(filter: RecordingFilter): Condition[] {
  const { status, scenario, language, uploadedFrom, uploadedBefore, fileName } = filter;
  const conditions: Condition[] = [['erasure = ?', 'none']];
  if (status) conditions.push(['status = ANY (?)', status]);
  if (scenario) conditions.push(['scenario = ?', scenario]);
  if (language) conditions.push(['language = ?', language]);
  if (uploadedFrom) conditions.push(['uploaded_at >= ?', uploadedFrom]);
  if (uploadedBefore) conditions.push(['uploaded_at < ?', uploadedBefore]);
  // strpos, not LIKE: what was asked for is text and not a pattern.
  if (fileName)
    conditions.push(["strpos(lower(document ->> 'fileName'), lower(?)) > 0", fileName.normalize('NFC')]);
  return conditions;
}
