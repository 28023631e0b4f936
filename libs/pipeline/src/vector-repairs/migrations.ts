export const VECTOR_REPAIR_MIGRATIONS = [
  {
    name: '0050-missing-vectors',
    sql: `
      -- Passages that an event says were embedded, and whose vectors are not in the store.
      CREATE TABLE missing_vectors (
        embedder text NOT NULL,
        -- Of the PassagesEmbedded.
        event_id uuid NOT NULL,
        position bigint NOT NULL,
        recording_id uuid NOT NULL,
        vectors integer NOT NULL,
        -- The job that embeds them again; NULL: their embedder is not configured.
        job_id uuid,
        noticed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (embedder, event_id)
      );`,
  },
] as const;
