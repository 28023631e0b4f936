import { isSagaName } from '@voxpersona/pipeline';

/**
 * Tables that hold what the log alone could not give back: the log itself, the keys, what was paid for, and what is still to
 * be done. In the order in which they are restored.
 */
export const KEPT_TABLES = [
  'log_identity',
  'installation',
  'events',
  'sealed_events',
  'recording_keys',
  'stored_results',
  'passage_vectors',
  'active_embedder',
  'jobs',
  'checkpoints',
  'provider_keys',
  'api_key_uses',
  'telegram_messages',
  'telegram_updates',
  'telegram_sends',
] as const;

export type KeptTable = (typeof KEPT_TABLES)[number];

/** Tables that need not be kept, and why. Read models (`read_…`) are rebuilt from the log. */
export const LEFT_TABLES: Readonly<Record<string, string>> = {
  migrations: 'made anew, and listed in the manifest',
  projection_generations: 'read models are rebuilt; the embedder whose index serves is kept apart',
  parked_events: 'found again when the read models are rebuilt',
  missing_vectors: 'noticed again when an index is built',
  provider_calls: 'bookings of the last minute',
  telegram_slots: 'what was sent in the last minutes',
  telegram_pauses: 'pauses that Telegram asked for',
  idempotent_requests: 'answers of the last day, to repeat them to who asks again',
};

/** Which rows of a table are kept, in SQL: all but the checkpoints of read models, which are rebuilt. */
export function keptRows(table: KeptTable, checkpoints: readonly string[]): string {
  if (table !== 'checkpoints') return '';
  const sagas = checkpoints.filter(isSagaName).map((name) => `'${name.replaceAll("'", "''")}'`);
  return sagas.length === 0 ? ' WHERE false' : ` WHERE name IN (${sagas.join(', ')})`;
}
