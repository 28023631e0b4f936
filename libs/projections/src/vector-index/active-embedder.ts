import { RecordedEmbedder } from '@voxpersona/domain';
import { Pool, PoolClient } from 'pg';

/** One row names the embedder whose index answers; unlike the generations it is kept in backups. */
export const ACTIVE_EMBEDDER_MIGRATION = {
  name: '0036-active-embedder',
  sql: `
    CREATE TABLE active_embedder (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      provider text NOT NULL,
      model text NOT NULL,
      dimension integer NOT NULL
    );
    -- An installation that has vectors goes on with the embedder that made most of them.
    INSERT INTO active_embedder (provider, model, dimension)
    SELECT part[1], part[2], part[3]::integer
    FROM (SELECT regexp_match(embedder, '^([^/]+)/(.+)/([0-9]+)$') AS part, count(*) AS vectors
          FROM passage_vectors GROUP BY embedder) AS named
    WHERE part IS NOT NULL ORDER BY vectors DESC LIMIT 1;`,
} as const;

/** Undefined in a new installation. */
export async function readActiveEmbedder(
  connection: Pool | PoolClient,
): Promise<RecordedEmbedder | undefined> {
  const { rows } = await connection.query<RecordedEmbedder>(
    'SELECT provider, model, dimension FROM active_embedder',
  );
  return rows[0];
}

export async function writeActiveEmbedder(
  connection: Pool | PoolClient,
  { provider, model, dimension }: RecordedEmbedder,
): Promise<void> {
  await connection.query(
    `INSERT INTO active_embedder (provider, model, dimension) VALUES ($1, $2, $3)
     ON CONFLICT (only_row) DO UPDATE SET provider = $1, model = $2, dimension = $3`,
    [provider, model, dimension],
  );
}
