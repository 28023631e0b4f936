/** The queue is operational state, not a projection: it is never rebuilt from the log. */
export const JOB_MIGRATIONS = [
  {
    name: '0010-jobs',
    sql: `
      CREATE TABLE jobs (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY,
        lane text NOT NULL,
        -- Ids and versions only, see job.ts.
        job json NOT NULL,
        recording_id uuid NOT NULL,
        saga text NOT NULL,
        correlation_id text NOT NULL,
        causation_id text NOT NULL,
        state text NOT NULL DEFAULT 'ready'
          CHECK (state IN ('ready', 'running', 'done', 'parked', 'cancelled')),
        attempts integer NOT NULL DEFAULT 0,
        -- Attempts made before the last retry by hand: that one starts a new count.
        forgiven_attempts integer NOT NULL DEFAULT 0,
        interruptions integer NOT NULL DEFAULT 0,
        run_at timestamptz NOT NULL DEFAULT now(),
        leased_by uuid,
        leased_until timestamptz,
        failure_code text,
        failure_provider text,
        failure_request_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      );
      CREATE INDEX jobs_claimable ON jobs (lane, run_at, number) WHERE state = 'ready';
      CREATE INDEX jobs_running ON jobs (leased_until) WHERE state = 'running';
      CREATE INDEX jobs_of_recording ON jobs (recording_id) WHERE state IN ('ready', 'running', 'parked');`,
  },
  {
    name: '0015-jobs-of-a-workspace',
    sql: `
      ALTER TABLE jobs ADD COLUMN owner uuid;
      CREATE INDEX jobs_of_owner ON jobs (owner, number);`,
  },
  {
    name: '0017-who-finished-a-job',
    sql: 'ALTER TABLE jobs ADD COLUMN finished_by uuid;',
  },
  {
    name: '0018-jobs-by-cause',
    sql: 'CREATE INDEX jobs_by_cause ON jobs (causation_id);',
  },
] as const;
