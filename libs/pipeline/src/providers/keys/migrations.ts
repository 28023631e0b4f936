/** What all processes share about the keys of providers. A key itself is never here: only its fingerprint and its end. */
export const PROVIDER_KEY_MIGRATIONS = [
  {
    name: '0012-provider-keys',
    sql: `
      CREATE TABLE provider_keys (
        provider text NOT NULL,
        -- The first 12 hex digits of a SHA-256, see key-identity.ts.
        fingerprint text NOT NULL,
        hint text NOT NULL,
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'revoked', 'exhausted')),
        state_since timestamptz NOT NULL DEFAULT clock_timestamp(),
        blocked_until timestamptz,
        last_failure_code text,
        PRIMARY KEY (provider, fingerprint)
      );
      -- One row for each call that counts against a limit or will: see call-bookings.ts.
      CREATE TABLE provider_calls (
        id uuid PRIMARY KEY,
        provider text NOT NULL,
        fingerprint text NOT NULL,
        starts_at timestamptz NOT NULL,
        frees_at timestamptz NOT NULL,
        tokens bigint NOT NULL
      );
      CREATE INDEX provider_calls_of_key ON provider_calls (provider, fingerprint, frees_at DESC);`,
  },
] as const;
