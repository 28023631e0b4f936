/**
 * What is under way between Telegram and us. Like the queue of jobs it is no projection: what was sent cannot be sent again.
 * No row holds a word of anybody, but for updates, which are sealed and deleted once they are dealt with.
 */
export const TELEGRAM_MIGRATIONS = [
  {
    name: '0070-telegram',
    sql: `
      CREATE TABLE telegram_updates (
        bot_id bigint NOT NULL,
        update_id bigint NOT NULL,
        -- Updates of one chat are dealt with one after another.
        chat_id uuid NOT NULL,
        -- Null once it is dealt with.
        sealed_update bytea,
        state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'done', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (bot_id, update_id)
      );
      CREATE INDEX telegram_updates_ready ON telegram_updates (bot_id, chat_id, update_id) WHERE state = 'ready';

      -- Answers that were sent, so that an update that is dealt with again does not send them again.
      CREATE TABLE telegram_sends (
        id uuid PRIMARY KEY,
        message_id bigint,
        sent_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );

      -- When something was sent where: Telegram's limits are shared by all processes.
      CREATE TABLE telegram_slots (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        bot_id bigint NOT NULL,
        chat_id uuid NOT NULL,
        -- Ahead of now while it is under way.
        at timestamptz NOT NULL
      );
      CREATE INDEX telegram_slots_of_bot ON telegram_slots (bot_id, at);
      CREATE INDEX telegram_slots_of_chat ON telegram_slots (bot_id, chat_id, at);
      -- Pauses that Telegram asked for; of the whole bot under the nil UUID.
      CREATE TABLE telegram_pauses (
        bot_id bigint NOT NULL,
        chat_id uuid NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (bot_id, chat_id)
      );

      -- Messages that are kept as the log says they should be.
      CREATE TABLE telegram_messages (
        id uuid PRIMARY KEY,
        chat_id uuid NOT NULL,
        kind text NOT NULL,
        -- What it is about: an intake, a recording, a report.
        subject_id uuid NOT NULL,
        recording_id uuid NOT NULL,
        message_id bigint,
        -- SHA-256 of what it shows.
        shown text,
        -- Whether it may show something else by now, since which event, and when it may be looked at.
        due boolean NOT NULL DEFAULT true,
        position bigint NOT NULL,
        run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        failures integer NOT NULL DEFAULT 0,
        ordinal bigint GENERATED ALWAYS AS IDENTITY
      );
      CREATE INDEX telegram_messages_due ON telegram_messages (run_at) WHERE due;
      CREATE INDEX telegram_messages_of_recording ON telegram_messages (recording_id);
      CREATE INDEX telegram_messages_of_chat ON telegram_messages (chat_id, message_id);`,
  },
] as const;
