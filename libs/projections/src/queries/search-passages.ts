import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { ActiveTables } from '../generations/read-tables';
import { askedSql, PassageSourceKind, searchByText } from '../search/full-text';
import { fuseRanks } from '../search/rank-fusion';
import { IndexGenerations } from '../vector-index/index-generations';

export interface PassageHit {
  passageId: string;
  recordingId: string;
  fileName: string | null;
  source: { kind: 'transcript' } | { kind: 'report'; reportId: string };
  /** Seconds; null for a passage of a report. */
  start: number | null;
  end: number | null;
  language: string | null;
  text: string;
  /** The line of the passage that shares most words with the question, with its own times; null for a report. */
  moment: { start: number; end: number; text: string } | null;
  /** Of reciprocal rank fusion: only its order means something. */
  score: number;
  foundBy: ('words' | 'vectors')[];
}

/** The passages that answer a question best, by words and by vectors. */
export class SearchPassages extends Query<PassageHit[]> {
  constructor(
    readonly owner: string,
    readonly query: string,
    readonly limit: number,
    readonly recordingIds?: readonly string[],
    readonly sources?: readonly PassageSourceKind[],
  ) {
    super();
  }
}

/** Hits of each search that take part in the fusion. */
const CANDIDATES = 50;

interface PassageRow {
  id: string;
  recording_id: string;
  source_kind: 'transcript' | 'report';
  source_id: string;
  start_seconds: number | null;
  end_seconds: number | null;
  language: string | null;
  text: string;
  file_name: string | null;
  moment: PassageHit['moment'];
}

@QueryHandler(SearchPassages)
export class SearchPassagesHandler implements IQueryHandler<SearchPassages> {
  constructor(
    private readonly pool: Pool,
    private readonly indexes: IndexGenerations,
  ) {}

  async execute({ owner, query, limit, recordingIds, sources }: SearchPassages): Promise<PassageHit[]> {
    const filter = { owner, recordingIds, sources };
    const tables = await activeTables(this.pool);
    const [words, vectors] = await Promise.all([
      searchByText(this.pool, tables, { ...filter, query, limit: CANDIDATES }),
      this.indexes.search(query, CANDIDATES, filter),
    ]);
    const fused = fuseRanks({ words, vectors }).slice(0, limit);
    const rows = await this.load(
      tables,
      owner,
      query,
      fused.map((hit) => hit.id),
    );
    return fused.flatMap(({ id, score, foundBy }) => {
      const row = rows.get(id);
      // Known to one index and not yet, or no longer, to the other.
      return row ? [{ ...toHit(row), score, foundBy }] : [];
    });
  }

  private async load(
    tables: ActiveTables,
    owner: string,
    query: string,
    ids: readonly string[],
  ): Promise<Map<string, PassageRow>> {
    const { rows } = await this.pool.query<PassageRow>(
      `WITH ${askedSql('$3')}
       SELECT passages.id, recording_id, source_kind, source_id, start_seconds, end_seconds, passages.language, text,
         document ->> 'fileName' AS file_name, moment
       FROM ${tables.read_passages} AS passages JOIN asked ON text_configuration = configuration
       LEFT JOIN ${tables.read_recordings} AS recordings ON recordings.id = recording_id
       LEFT JOIN LATERAL (
         SELECT line AS moment FROM json_array_elements(lines) WITH ORDINALITY AS line_of(line, ordinal)
         ORDER BY ts_rank(to_tsvector(text_configuration, line ->> 'text'), question) DESC, ordinal LIMIT 1
       ) AS best ON true
       WHERE passages.id = ANY ($1) AND passages.owner = $2`,
      [ids, owner, query.replaceAll('\0', ' ')],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function toHit(row: PassageRow): Omit<PassageHit, 'score' | 'foundBy'> {
  return {
    passageId: row.id,
    recordingId: row.recording_id,
    fileName: row.file_name,
    source:
      row.source_kind === 'report' ? { kind: 'report', reportId: row.source_id } : { kind: 'transcript' },
    start: row.start_seconds,
    end: row.end_seconds,
    language: row.language,
    text: row.text,
    moment: row.moment,
  };
}
