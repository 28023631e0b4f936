import { DomainEvent, isErased } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { PoolClient } from 'pg';
import { ReadModel } from '../generations/read-model';
import { textSearchConfiguration } from '../search/full-text';

export const PASSAGES_TABLE_SQL = `
  CREATE TABLE read_passages (
    id uuid PRIMARY KEY,
    recording_id uuid NOT NULL,
    owner uuid NOT NULL,
    source_kind text NOT NULL,
    -- The report, or for a transcript the recording.
    source_id uuid NOT NULL,
    ordinal integer NOT NULL,
    start_seconds double precision,
    end_seconds double precision,
    language text,
    text text NOT NULL,
    -- Lines with their own times, to point at the moment within the passage.
    lines json NOT NULL,
    text_configuration regconfig NOT NULL,
    words tsvector NOT NULL
  );
  CREATE INDEX read_passages_words ON read_passages USING gin (words);
  CREATE INDEX read_passages_of_recording ON read_passages (recording_id);`;

type PassagesEvent = Extract<Recorded<DomainEvent>, { type: 'PassagesEmbedded' }>;

/** The passages that can be searched: those of the current transcript and of the reports that stand on it. */
export const passagesReadModel: ReadModel = {
  name: 'passages',
  version: 1,
  table: 'read_passages',
  filter: {
    types: [
      ...['PassagesEmbedded', 'TranscriptAssembled', 'NoSpeechFound', 'TranscriptRejected'],
      ...['ReportRejected', 'RecordingErased', 'ReportErased'],
    ],
  },
  apply: async (events, table, transaction) => {
    for (const event of events) {
      if (event.type === 'PassagesEmbedded') await insert(event, table, transaction);
      else await removeOvertaken(event, table, transaction);
    }
  },
  erase: removeOvertaken,
};

/** @returns whether there was anything to remove */
async function removeOvertaken(
  event: Recorded<DomainEvent>,
  table: string,
  transaction: PoolClient,
): Promise<boolean> {
  switch (event.type) {
    // A new transcript: what stood on the old one is overtaken. Its passages come with an event of their own.
    case 'TranscriptAssembled':
    case 'NoSpeechFound':
    case 'RecordingErased':
      return removeWhere('recording_id', event.data.recordingId, table, transaction);
    // What is current again comes back by events of its own, too.
    case 'TranscriptRejected': {
      const { recordingId, restored } = event.data;
      return restored !== null && removeWhere('recording_id', recordingId, table, transaction);
    }
    case 'ReportRejected':
    case 'ReportErased':
      return removeWhere('source_id', event.data.reportId, table, transaction);
    default:
      return false;
  }
}

async function removeWhere(
  column: 'recording_id' | 'source_id',
  id: string,
  table: string,
  transaction: PoolClient,
): Promise<boolean> {
  const { rowCount } = await transaction.query(`DELETE FROM ${table} WHERE ${column} = $1`, [id]);
  return (rowCount ?? 0) > 0;
}

async function insert({ data }: PassagesEvent, table: string, transaction: PoolClient): Promise<void> {
  const { recordingId, owner, source, language, passages } = data;
  if (isErased(passages)) return;
  const sourceId = source.kind === 'report' ? source.reportId : recordingId;
  await transaction.query(
    `INSERT INTO ${table} (id, recording_id, owner, source_kind, source_id, ordinal, start_seconds,
       end_seconds, language, text, lines, text_configuration, words)
     SELECT id, $1, $2, $3, $4, ordinal, start_seconds, end_seconds, $5, text, lines, $6::regconfig,
       to_tsvector($6::regconfig, text)
     FROM unnest($7::uuid[], $8::integer[], $9::double precision[], $10::double precision[], $11::text[], $12::json[])
       AS given(id, ordinal, start_seconds, end_seconds, text, lines)
     ON CONFLICT (id) DO NOTHING`,
    [
      recordingId,
      owner,
      source.kind,
      sourceId,
      language,
      textSearchConfiguration(language),
      passages.map((passage) => passage.id),
      passages.map((passage) => passage.ordinal),
      passages.map((passage) => passage.start),
      passages.map((passage) => passage.end),
      // PostgreSQL's text holds no NUL.
      passages.map((passage) => passage.text.replaceAll('\0', ' ')),
      passages.map((passage) => JSON.stringify(passage.lines).replaceAll('\\u0000', ' ')),
    ],
  );
}
