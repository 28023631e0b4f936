import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { RecordingView } from '../recordings/recording-view';

/** One recording of an owner; null when there is none, or when it is another's. */
export class GetRecording extends Query<RecordingView | null> {
  constructor(
    readonly owner: string,
    readonly recordingId: string,
  ) {
    super();
  }
}

@QueryHandler(GetRecording)
export class GetRecordingHandler implements IQueryHandler<GetRecording> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, recordingId }: GetRecording): Promise<RecordingView | null> {
    const tables = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ document: RecordingView }>(
      `SELECT document FROM ${tables.read_recordings} WHERE id = $1 AND owner = $2`,
      [recordingId, owner],
    );
    return rows[0]?.document ?? null;
  }
}
