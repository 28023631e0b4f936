import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { currentTranscript, TranscriptsRow, TranscriptView } from '../transcripts/transcripts.projection';
import { findDocument } from './find-document';

/** The current transcript of a recording, whoever owns it: ask `GetRecording` first. Null when there is none. */
export class GetTranscript extends Query<TranscriptView | null> {
  constructor(readonly recordingId: string) {
    super();
  }
}

@QueryHandler(GetTranscript)
export class GetTranscriptHandler implements IQueryHandler<GetTranscript> {
  constructor(private readonly pool: Pool) {}

  async execute({ recordingId }: GetTranscript): Promise<TranscriptView | null> {
    const place = { projection: 'transcripts', table: 'read_transcripts' } as const;
    const row = await findDocument<TranscriptsRow>(this.pool, place, recordingId);
    return row && currentTranscript(row);
  }
}
