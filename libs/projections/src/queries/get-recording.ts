import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { RecordingView } from '../recordings/recording-view';
import { findDocument } from './find-document';

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
    const place = { projection: 'recordings', table: 'read_recordings' } as const;
    return findDocument<RecordingView>(this.pool, place, recordingId, owner);
  }
}
