import { ObjectNotFound, ObjectStorage } from '@voxpersona/pipeline';
import { inTransaction, migrate, Migration } from '@voxpersona/platform';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { markOf } from '../event-log/installation';
import { BackupUnusable, Manifest, ObjectEntry, objectFile, tableFile, verifyBackup } from './manifest';
import { KEPT_TABLES, KeptTable } from './tables';

export interface RestoreOptions {
  folder: string;
  pool: Pool;
  storage: ObjectStorage;
  dataFolder: string;
  masterKey: Buffer;
  /** Called when everything was found right, before anything is written: for keeping the master key. */
  onFoundRight: () => void;
  /** All changes of the tables that this build knows. */
  migrations: readonly Migration[];
  onProgress?: (what: string) => void;
}

/**
 * Puts a backup into an empty installation. Everything is checked before anything is written: every file against the
 * manifest, the master key, and that nothing is here yet. Audio comes first, the tables in one transaction at the end, so a
 * run that was interrupted is simply started again. Tables are brought to the state that the backup was made in, filled,
 * and then brought up to date. Read models and the vector index are rebuilt at the next start.
 *
 * @throws BackupUnusable
 */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { folder, pool, masterKey, migrations, dataFolder, onProgress } = options;
  onProgress?.('checking the backup');
  const { manifest, objects } = await verifyBackup(folder);
  if (manifest.masterKeyMark !== markOf(masterKey)) {
    throw new BackupUnusable(
      'The master key is not the one of this backup: give it by VOXPERSONA_MASTER_KEY or --master-key',
    );
  }
  const known = new Set(migrations.map(({ name }) => name));
  const newer = manifest.migrations.filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new BackupUnusable(
      `The backup is of a newer VoxPersona (${newer.join(', ')}): restore it with that one`,
    );
  }
  await mustBeEmpty(pool, manifest);
  options.onFoundRight();
  const then = new Set(manifest.migrations);
  await migrate(
    pool,
    migrations.filter(({ name }) => then.has(name)),
  );
  await restoreObjects(objects, options);
  await inTransaction(pool, (transaction) => restoreTables(transaction, manifest, options));
  await migrate(pool, migrations);
  // Made from another log, or from more of this one.
  await rm(join(dataFolder, 'vector-index'), { recursive: true, force: true });
  return manifest;
}

async function mustBeEmpty(pool: Pool, manifest: Manifest): Promise<void> {
  const { rows } = await pool.query<{ events: string | null; migrations: string | null }>(
    `SELECT to_regclass('public.events') AS events, to_regclass('public.migrations') AS migrations`,
  );
  const [tables] = rows;
  if (tables?.events) {
    const { rows: found } = await pool.query('SELECT FROM events LIMIT 1');
    if (found.length > 0) {
      throw new BackupUnusable('There is a log here already: restore into an empty data folder or database');
    }
  }
  if (!tables?.migrations) return;
  const { rows: applied } = await pool.query<{ name: string }>('SELECT name FROM migrations');
  const later = applied.filter(({ name }) => !manifest.migrations.includes(name));
  if (later.length > 0) {
    throw new BackupUnusable(
      'The tables here are newer than those of the backup: restore into an empty data folder or database',
    );
  }
}

/** What an interrupted run has put there already is not put again. */
async function restoreObjects(
  objects: readonly ObjectEntry[],
  { folder, storage, onProgress }: RestoreOptions,
): Promise<void> {
  let count = 0;
  for (const { key, sizeBytes } of objects) {
    const present = await storage.size(key).catch((error: unknown) => {
      if (error instanceof ObjectNotFound) return undefined;
      throw error;
    });
    if (present !== undefined && present !== sizeBytes) await storage.delete(key);
    if (present !== sizeBytes) await storage.put(key, createReadStream(objectFile(folder, key)));
    count += 1;
    onProgress?.(`${count} of ${objects.length} objects of audio`);
  }
}

async function restoreTables(
  transaction: PoolClient,
  manifest: Manifest,
  { folder, onProgress }: RestoreOptions,
): Promise<void> {
  for (const name of KEPT_TABLES) {
    const table = manifest.tables.find((one) => one.name === name);
    if (!table) continue;
    onProgress?.(`table ${name}`);
    // Some have a row from the beginning.
    await transaction.query(`DELETE FROM ${name}`);
    const copy = transaction.query(copyFrom(`COPY ${name} (${table.columns.join(', ')}) FROM STDIN`));
    await pipeline(createReadStream(tableFile(folder, name)), createGunzip(), copy);
    if (copy.rowCount !== table.rows) {
      throw new BackupUnusable(
        `Table ${name}: ${copy.rowCount} rows were restored, and ${table.rows} were kept`,
      );
    }
    await goOnCounting(transaction, name);
  }
}

/** Numbers that the database gives go on behind those that are there. */
async function goOnCounting(transaction: PoolClient, table: KeptTable): Promise<void> {
  const { rows } = await transaction.query<{ name: string; sequence: string }>(
    `SELECT column_name AS name, pg_get_serial_sequence($1, column_name) AS sequence
     FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND pg_get_serial_sequence($1, column_name) IS NOT NULL`,
    [table],
  );
  for (const { name, sequence } of rows) {
    await transaction.query(`SELECT setval($1, max(${name})) FROM ${table} HAVING max(${name}) IS NOT NULL`, [
      sequence,
    ]);
  }
}
