import { Pool } from 'pg';

/** The text search configuration of PostgreSQL that knows a language's word forms; `simple` knows none. */
export function textSearchConfiguration(language: string | null): 'english' | 'russian' | 'simple' {
  if (language === 'en') return 'english';
  return language === 'ru' ? 'russian' : 'simple';
}

export interface PassageQuery {
  owner: string;
  query: string;
  /** Only passages of these recordings; undefined: of all. */
  recordingIds?: readonly string[] | undefined;
  limit: number;
}

/**
 * Ids of the passages that share words with the question, best first.
 *
 * A question is no list of required words: a passage needs one of them, and is ranked by how many it has and how close
 * together (ts_rank_cd, divided by 1 + log of the passage's length). Each passage is asked in its own language's word
 * forms.
 */
export async function searchByText(
  pool: Pool,
  { owner, query, recordingIds, limit }: PassageQuery,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH asked AS (
       SELECT configuration, replace(plainto_tsquery(configuration, $2)::text, '&', '|')::tsquery AS question
       FROM unnest(ARRAY['english', 'russian', 'simple']::regconfig[]) AS configuration
     )
     SELECT id FROM read_passages JOIN asked ON text_configuration = configuration
     WHERE owner = $1 AND words @@ question AND ($3::uuid[] IS NULL OR recording_id = ANY ($3))
     ORDER BY ts_rank_cd(words, question, 1) DESC, id LIMIT $4`,
    [owner, query.replaceAll('\0', ' '), recordingIds ?? null, limit],
  );
  return rows.map((row) => row.id);
}
