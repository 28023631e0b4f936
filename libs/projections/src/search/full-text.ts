import { Pool } from 'pg';
import { ActiveTables } from '../generations/read-tables';

/** The text search configuration of PostgreSQL that knows a language's word forms; `simple` knows none. */
export function textSearchConfiguration(language: string | null): 'english' | 'russian' | 'simple' {
  if (language === 'en') return 'english';
  return language === 'ru' ? 'russian' : 'simple';
}

/** What a passage was cut from. */
export type PassageSourceKind = 'transcript' | 'report';

/**
 * A common table expression `asked(configuration, question)`: the question as a query in the word forms of each
 * language. Words are alternatives, not conditions.
 *
 * @param parameter the statement's parameter that holds the question, for example `$2`
 */
export function askedSql(parameter: string): string {
  return `asked AS (
    SELECT configuration, replace(plainto_tsquery(configuration, ${parameter})::text, '&', '|')::tsquery AS question
    FROM unnest(ARRAY['english', 'russian', 'simple']::regconfig[]) AS configuration)`;
}

export interface PassageQuery {
  owner: string;
  query: string;
  /** Only passages of these recordings; undefined: of all. */
  recordingIds?: readonly string[] | undefined;
  /** Only passages of these kinds; undefined: of all. */
  sources?: readonly PassageSourceKind[] | undefined;
  limit: number;
}

/**
 * Ids of the passages that share words with the question, best first.
 *
 * A passage needs one of the question's words, and is ranked by how many it has and how close together (ts_rank_cd,
 * divided by 1 + log of the passage's length). Each passage is asked in its own language's word forms.
 */
export async function searchByText(
  pool: Pool,
  tables: Pick<ActiveTables, 'read_passages'>,
  passageQuery: PassageQuery,
): Promise<string[]> {
  const { owner, query, recordingIds, sources, limit } = passageQuery;
  const { rows } = await pool.query<{ id: string }>(
    `WITH ${askedSql('$2')}
     SELECT id FROM ${tables.read_passages} JOIN asked ON text_configuration = configuration
     WHERE owner = $1 AND words @@ question
       AND ($3::uuid[] IS NULL OR recording_id = ANY ($3)) AND ($4::text[] IS NULL OR source_kind = ANY ($4))
     ORDER BY ts_rank_cd(words, question, 1) DESC, id LIMIT $5`,
    [owner, query.replaceAll('\0', ' '), recordingIds ?? null, sources ?? null, limit],
  );
  return rows.map((row) => row.id);
}
