import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { RecordingView } from '../recordings/recording-view';

export interface RecordingsPage {
  recordings: RecordingView[];
  /** Give it back as `before` for the next page; null on the last one. */
  next: string | null;
}

/** An owner's recordings, newest first, without erased ones. */
export class ListRecordings extends Query<RecordingsPage> {
  constructor(
    readonly owner: string,
    readonly limit: number,
    /** Log position (digits) before which a recording was uploaded; null: from the newest. */
    readonly before: string | null,
  ) {
    super();
  }
}

@QueryHandler(ListRecordings)
export class ListRecordingsHandler implements IQueryHandler<ListRecordings> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, limit, before }: ListRecordings): Promise<RecordingsPage> {
    const { rows } = await this.pool.query<{ document: RecordingView }>(
      `SELECT document FROM read_recordings
       WHERE owner = $1 AND erasure = 'none' AND ($2::bigint IS NULL OR uploaded_position < $2)
       ORDER BY uploaded_position DESC LIMIT $3`,
      [owner, before, limit + 1],
    );
    const recordings = rows.slice(0, limit).map((row) => row.document);
    const next = rows.length > limit ? (recordings.at(-1)?.uploadedPosition ?? null) : null;
    return { recordings, next };
  }
}
