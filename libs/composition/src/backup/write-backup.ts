import { ObjectNotFound, ObjectStorage } from '@voxpersona/pipeline';
import { MASTER_KEY_FILE, Measure, measureFile } from '@voxpersona/platform';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Pool, PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { boundLog, markOf } from '../event-log/installation';
import {
  BackupUnusable,
  Manifest,
  MANIFEST_FILE,
  OBJECT_LIST_FILE,
  ObjectEntry,
  objectFile,
  tableFile,
} from './manifest';
import { KEPT_TABLES, KeptTable, keptRows } from './tables';

/** Everything that audio lies under. */
const OBJECTS = 'recordings/';

export interface BackupOptions {
  folder: string;
  pool: Pool;
  storage: ObjectStorage;
  masterKey: Buffer;
  /** Puts the master key into the backup: then who has the backup can read everything in it. */
  withMasterKey: boolean;
  onProgress?: (what: string) => void;
}

/**
 * Writes a backup of an installation whose log is in PostgreSQL, also while servers run: the tables as of one moment, then
 * the audio, of which only new comes and what is erased goes. The manifest comes last and holds a hash of every file.
 *
 * @throws BackupUnusable when the folder is not empty, or the log is elsewhere
 */
export async function writeBackup(options: BackupOptions): Promise<Manifest> {
  const { folder, pool, masterKey, withMasterKey } = options;
  await prepareFolder(folder);
  const tables = await inSnapshot(pool, (client) => writeTables(client, options));
  const objects = await writeObjects(options);
  if (withMasterKey) {
    const text = `${masterKey.toString('base64')}\n`;
    await writeFile(join(folder, MASTER_KEY_FILE), text, { mode: 0o600, flush: true });
  }
  const manifest: Manifest = {
    format: 1,
    createdAt: new Date().toISOString(),
    masterKeyMark: markOf(masterKey),
    ...tables,
    objects,
  };
  const file = join(folder, MANIFEST_FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return manifest;
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(join(folder, 'tables'), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new BackupUnusable(`${folder} cannot be written to`, error);
  });
  const found = await readdir(folder);
  if (found.length > 1 || (await readdir(join(folder, 'tables'))).length > 0) {
    throw new BackupUnusable(`${folder} is not empty: name a new folder for each backup`);
  }
}

/** One moment for all tables, whoever writes meanwhile. */
async function inSnapshot<T>(pool: Pool, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await use(client);
  } finally {
    // Ends the session, and with it a copy that was broken off.
    client.release(true);
  }
}

async function writeTables(
  client: PoolClient,
  { folder, onProgress }: BackupOptions,
): Promise<Pick<Manifest, 'logId' | 'events' | 'migrations' | 'tables'>> {
  const bound = await boundLog(client);
  if (!bound) throw new BackupUnusable('There is nothing to back up yet: no server has run here');
  if (bound.kind !== 'postgres') {
    throw new BackupUnusable(
      'The event log is not in PostgreSQL: back up EventStoreDB, PostgreSQL and the object storage each by its own means, ' +
        'as docs/operations.md says',
    );
  }
  const names = async (sql: string): Promise<string[]> =>
    (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  const migrations = await names('SELECT name FROM migrations ORDER BY name');
  const checkpoints = await names('SELECT name FROM checkpoints');
  const tables: Manifest['tables'] = [];
  for (const name of KEPT_TABLES) {
    onProgress?.(`table ${name}`);
    tables.push(await writeTable(client, folder, name, keptRows(name, checkpoints)));
  }
  const events = tables.find(({ name }) => name === 'events')?.rows ?? 0;
  return { logId: bound.logId, events, migrations, tables };
}

async function writeTable(
  client: PoolClient,
  folder: string,
  name: KeptTable,
  condition: string,
): Promise<Manifest['tables'][number]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [name],
  );
  const columns = rows.map((column) => column.name);
  const file = tableFile(folder, name);
  const copy = client.query(copyTo(`COPY (SELECT ${columns.join(', ')} FROM ${name}${condition}) TO STDOUT`));
  await pipeline(copy, createGzip(), createWriteStream(file, { mode: 0o600, flush: true }));
  return { name, columns, rows: copy.rowCount, sha256: (await measureFile(file)).sha256 };
}

async function writeObjects({ folder, storage, onProgress }: BackupOptions): Promise<Manifest['objects']> {
  const file = join(folder, OBJECT_LIST_FILE);
  const list = await open(file, 'wx', 0o600);
  let [count, bytes] = [0, 0];
  try {
    for await (const { key } of storage.list(OBJECTS)) {
      const entry = await writeObject(folder, storage, key);
      // Erased meanwhile.
      if (!entry) continue;
      await list.write(`${JSON.stringify(entry)}\n`);
      count += 1;
      bytes += entry.sizeBytes;
      onProgress?.(`${count} objects of audio`);
    }
    await list.sync();
  } finally {
    await list.close();
  }
  return { count, bytes, sha256: (await measureFile(file)).sha256 };
}

async function writeObject(
  folder: string,
  storage: ObjectStorage,
  key: string,
): Promise<ObjectEntry | undefined> {
  const target = objectFile(folder, key);
  const measure = new Measure();
  try {
    const content = await storage.get(key);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await pipeline(content, measure.through(), createWriteStream(target, { mode: 0o600, flush: true }));
  } catch (error) {
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  }
  return { key, ...measure.result() };
}
