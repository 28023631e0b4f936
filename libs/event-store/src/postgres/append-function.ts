/** Serialises all writers of the log, in every process and of every build. */
const LOG_LOCK = 0x6c6f67;

/** Channel on which the database says that the log has grown. */
export const EVENTS_CHANNEL = 'voxpersona_events';

/** An event whose clock runs ahead of the database's by more than this is rejected. */
export const MAX_AHEAD_MS = 60_000;

/** What `append_events` says of an append. A released function never changes, so these numbers do not either. */
export const VERDICTS = { accepted: 0, repeated: 1, wrongRevision: 2, clockAhead: 3 } as const;

/**
 * One call judges a whole batch, inserts what is accepted and notifies. Called outside a transaction, it commits too: the lock
 * is never held while the database waits for a client.
 *
 * The appends of a batch must be to different streams. Nothing is returned per append where all are accepted, so the answer is
 * small: PostgreSQL sends it before it commits, and must not wait there for a client that does not read.
 */
export const APPEND_EVENTS_SQL = `
  CREATE FUNCTION append_events(
    -- One element per append. Expected revision -1: the stream must not exist. Recorded: the latest time of its events in
    -- milliseconds, 0 for none.
    append_streams text[], append_expected bigint[], append_sizes integer[], append_recorded bigint[],
    -- One element per event, in the order of the appends. Append: the number of its append, from 1.
    event_appends integer[], event_streams text[], event_revisions bigint[], event_ids uuid[], event_types text[],
    event_data json[], event_metadata json[],
    -- The log's end before this batch, and the database's time in milliseconds.
    OUT head bigint, OUT now_ms bigint,
    -- NULL where every append is accepted; else a verdict, the stream's end and the position of a repetition per append.
    OUT verdicts smallint[], OUT actual bigint[], OUT positions bigint[]
  ) LANGUAGE plpgsql
  -- Planning for the values of each call would take four times as long as the call. One plan for all of them, which may have
  -- been made while the table was small, must not scan it when it is large.
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off
  AS $$
  DECLARE
    all_accepted boolean;
  BEGIN
    PERFORM pg_advisory_xact_lock(${LOG_LOCK});
    -- Each statement has a new snapshot: what it reads under the lock is the present.
    now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
    SELECT (SELECT coalesce(max(position), 0) FROM events),
      bool_and(
        wanted.recorded <= now_ms + ${MAX_AHEAD_MS} AND wanted.expected = coalesce(
          (SELECT revision FROM events WHERE stream = wanted.stream ORDER BY revision DESC LIMIT 1), -1))
      INTO head, all_accepted
      FROM unnest(append_streams, append_expected, append_recorded) AS wanted(stream, expected, recorded);
    IF all_accepted THEN
      INSERT INTO events (position, stream, revision, id, type, data, metadata)
        SELECT head + added.n, added.stream, added.revision, added.id, added.type, added.data, added.metadata
        FROM unnest(event_streams, event_revisions, event_ids, event_types, event_data, event_metadata)
          WITH ORDINALITY AS added(stream, revision, id, type, data, metadata, n);
      PERFORM pg_notify('${EVENTS_CHANNEL}', '');
      RETURN;
    END IF;
    WITH wanted AS (
      SELECT given.*, coalesce(
        (SELECT revision FROM events WHERE stream = given.stream ORDER BY revision DESC LIMIT 1), -1) AS stream_end
      FROM unnest(append_streams, append_expected, append_sizes, append_recorded)
        WITH ORDINALITY AS given(stream, expected, size, recorded, n)
    ), repeated AS (
      SELECT n, max(position) AS position
      FROM (
        SELECT wanted.n, wanted.size, (
          SELECT position FROM events
          WHERE id = event.id AND stream = wanted.stream AND revision = event.revision
        ) AS position
        FROM wanted
          JOIN unnest(event_appends, event_revisions, event_ids) AS event(append, revision, id)
            ON event.append = wanted.n
        WHERE wanted.expected < wanted.stream_end
      ) AS found
      GROUP BY n, size
      HAVING count(position) = size
    )
    SELECT
      array_agg(
        CASE
          WHEN repeated.n IS NOT NULL THEN ${VERDICTS.repeated}
          WHEN wanted.expected <> wanted.stream_end THEN ${VERDICTS.wrongRevision}
          WHEN wanted.recorded > now_ms + ${MAX_AHEAD_MS} THEN ${VERDICTS.clockAhead}
          ELSE ${VERDICTS.accepted}
        END ORDER BY wanted.n),
      array_agg(wanted.stream_end ORDER BY wanted.n),
      array_agg(repeated.position ORDER BY wanted.n)
      INTO verdicts, actual, positions
      FROM wanted LEFT JOIN repeated USING (n);
    IF ${VERDICTS.accepted} = ANY (verdicts) THEN
      INSERT INTO events (position, stream, revision, id, type, data, metadata)
        SELECT head + row_number() OVER (ORDER BY added.n),
          added.stream, added.revision, added.id, added.type, added.data, added.metadata
        FROM unnest(
            event_appends, event_streams, event_revisions, event_ids, event_types, event_data, event_metadata)
          WITH ORDINALITY AS added(append, stream, revision, id, type, data, metadata, n)
        WHERE verdicts[added.append] = ${VERDICTS.accepted};
      PERFORM pg_notify('${EVENTS_CHANNEL}', '');
    END IF;
  END $$;`;
