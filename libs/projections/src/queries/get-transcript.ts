import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { currentTranscript, TranscriptsRow, TranscriptView } from '../transcripts/transcripts.projection';

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
    const tables = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ document: TranscriptsRow }>(
      `SELECT document FROM ${tables.read_transcripts} WHERE id = $1`,
      [recordingId],
    );
    return rows[0] ? currentTranscript(rows[0].document) : null;
  }
}
