import { APPEND_EVENTS_SQL } from './append-function';

/** The log itself. Rows are only ever inserted. */
export const EVENT_LOG_MIGRATIONS = [
  {
    name: '0001-event-log',
    sql: `
      CREATE TABLE events (
        -- Without gaps and in the order of commit: assigned under the log's lock, which is held until the commit.
        position bigint PRIMARY KEY,
        stream text COLLATE "C" NOT NULL,
        revision bigint NOT NULL,
        id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        -- json keeps the text as it came; jsonb would reorder keys and refuse \\u0000.
        data json NOT NULL,
        metadata json NOT NULL,
        UNIQUE (stream, revision)
      );
      CREATE TABLE log_identity (log_id uuid NOT NULL);
      INSERT INTO log_identity VALUES (gen_random_uuid());`,
  },
  { name: '0050-append-events', sql: APPEND_EVENTS_SQL },
] as const;
