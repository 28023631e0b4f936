export const IDEMPOTENCY_MIGRATIONS = [
  {
    name: '0014-idempotent-requests',
    sql: `
      CREATE TABLE idempotent_requests (
        -- Hash of whose key it is, and of the key: what clients call their requests is theirs.
        id text PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- While the request is under way; NULL once it is answered.
        running_until timestamptz,
        -- Of the route and the body.
        fingerprint text,
        -- Sealed: an answer may hold a new API key.
        answer bytea
      );
      CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);`,
  },
  {
    name: '0047-holders-of-idempotent-requests',
    sql: `
      ALTER TABLE idempotent_requests
        -- Id of the process that works on the request; NULL: a process of an older build.
        ADD COLUMN holder text,
        -- Number of the claim, counted by its holder.
        ADD COLUMN claim bigint,
        -- created_at of this claim. An older build that takes a row over changes created_at alone: then the holder is not
        -- the one named here.
        ADD COLUMN held_since timestamptz;
      CREATE INDEX idempotent_requests_under_way ON idempotent_requests (holder) WHERE answer IS NULL;`,
  },
] as const;
