import { PostgresKeyRing } from '@voxpersona/event-store';
import { deriveKey } from '@voxpersona/platform';
import { Pool, PoolClient } from 'pg';
import { EventStoreKind } from './open-event-store';

export const INSTALLATION_MIGRATIONS = [
  {
    name: '0016-installation',
    sql: `
      -- One row: what the tables of this database belong to.
      CREATE TABLE installation (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        log_id uuid,
        log_kind text,
        master_key_mark text
      );
      INSERT INTO installation (log_id, log_kind)
        SELECT log_id, 'postgres' FROM log_identity WHERE EXISTS (SELECT FROM events)
        UNION ALL SELECT NULL, NULL WHERE NOT EXISTS (SELECT FROM events);`,
  },
] as const;

const PLACE: Record<EventStoreKind, string> = { postgres: 'PostgreSQL', eventstoredb: 'EventStoreDB' };

/** The configured log is not the one that the tables of this database were made from. */
export class AnotherEventLog extends Error {
  constructor(found: { kind: EventStoreKind; logId: string }, own: { kind: EventStoreKind; logId: string }) {
    const hint =
      found.kind === own.kind
        ? 'Check DATABASE_URL and EVENTSTORE_URL: one of them names the server of another installation.'
        : `Set EVENT_STORE=${own.kind}, or move the log by "vox log copy --from ${own.kind} --to ${found.kind}".`;
    super(
      `The event log in ${PLACE[found.kind]} (${found.logId}) is not the log of this database, which is ` +
        `${own.logId} in ${PLACE[own.kind]}. ${hint}`,
    );
    this.name = 'AnotherEventLog';
  }
}

/** This process has another master key than the one that this installation was made with. */
export class AnotherMasterKey extends Error {
  constructor() {
    super(
      'The master key is not the one of this installation. Give every process the same VOXPERSONA_MASTER_KEY, or put ' +
        'the file master-key from your backup into the data folder.',
    );
    this.name = 'AnotherMasterKey';
  }
}

/**
 * Binds the tables of this database to a log; the first one stays it. Checkpoints and read models of one log mean nothing
 * to another, and sagas would do all their work again.
 *
 * @throws AnotherEventLog
 */
export async function bindLog(pool: Pool, kind: EventStoreKind, logId: string): Promise<void> {
  await pool.query('UPDATE installation SET log_id = $1, log_kind = $2 WHERE log_id IS NULL', [logId, kind]);
  const own = await boundLog(pool);
  if (own && (own.logId !== logId || own.kind !== kind)) throw new AnotherEventLog({ kind, logId }, own);
}

/** The log that the tables are bound to; undefined for a new database. */
export async function boundLog(
  connection: Pool | PoolClient,
): Promise<{ kind: EventStoreKind; logId: string } | undefined> {
  const { rows } = await connection.query<{ log_id: string | null; log_kind: EventStoreKind }>(
    'SELECT log_id, log_kind FROM installation',
  );
  const [row] = rows;
  return row?.log_id ? { kind: row.log_kind, logId: row.log_id } : undefined;
}

/** Binds the tables to another log, after it was moved there. */
export async function rebindLog(transaction: PoolClient, kind: EventStoreKind, logId: string): Promise<void> {
  await transaction.query('UPDATE installation SET log_id = $1, log_kind = $2', [logId, kind]);
}

/**
 * Compares the master key with the one of the first start: with another one nothing could be read, and what it sealed
 * nobody else could read.
 *
 * @throws AnotherMasterKey
 */
export async function checkMasterKey(pool: Pool, masterKey: Buffer, keyRing: PostgresKeyRing): Promise<void> {
  const mark = markOf(masterKey);
  const { rows } = await pool.query<{ mark: string | null }>(
    'SELECT master_key_mark AS mark FROM installation',
  );
  const known = rows[0]?.mark;
  if (known && known !== mark) throw new AnotherMasterKey();
  if (known) return;
  // From before marks were kept: the keys themselves tell.
  if (!(await keyRing.opensKeys())) throw new AnotherMasterKey();
  await pool.query('UPDATE installation SET master_key_mark = $1 WHERE master_key_mark IS NULL', [mark]);
  await checkMasterKey(pool, masterKey, keyRing);
}

/** Tells master keys apart, and says nothing of them. */
export function markOf(masterKey: Buffer): string {
  return deriveKey(masterKey, 'mark of the master key').toString('hex').slice(0, 32);
}
