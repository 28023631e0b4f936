import { measureFile } from '@voxpersona/platform';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KEPT_TABLES } from './tables';

/** Written last: a folder without it is no backup. */
export const MANIFEST_FILE = 'manifest.json';
export const OBJECT_LIST_FILE = 'objects.ndjson';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

export const manifestSchema = z.object({
  format: z.literal(1),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  logId: z.uuid(),
  events: count,
  /** Tells the master key, and nothing of it. */
  masterKeyMark: z.string(),
  /** Names of the changes that the tables had seen. */
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.enum(KEPT_TABLES), columns: z.array(z.string()), rows: count, sha256 })),
  objects: z.object({ count, bytes: count, sha256 }),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const objectEntrySchema = z.object({ key: z.string(), sizeBytes: count, sha256 });
export type ObjectEntry = z.infer<typeof objectEntrySchema>;

/** A backup that cannot be made, or used; the message says what to do. */
export class BackupUnusable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BackupUnusable';
  }
}

export function tableFile(folder: string, table: string): string {
  return join(folder, 'tables', `${table}.copy.gz`);
}

export function objectFile(folder: string, key: string): string {
  return join(folder, 'objects', ...key.split('/'));
}

/** @throws BackupUnusable */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BackupUnusable(`${folder} holds no finished backup: ${MANIFEST_FILE} is missing`, error);
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new BackupUnusable(`${file} cannot be read: it is damaged, or of a newer VoxPersona`, error);
  }
}

export async function readObjectList(folder: string): Promise<ObjectEntry[]> {
  const text = await readFile(join(folder, OBJECT_LIST_FILE), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => objectEntrySchema.parse(JSON.parse(line)));
}

/**
 * Compares every file of a backup with what the manifest says of it.
 *
 * @throws BackupUnusable naming the first one that is missing or different
 */
export async function verifyBackup(folder: string): Promise<{ manifest: Manifest; objects: ObjectEntry[] }> {
  const manifest = await readManifest(folder);
  for (const { name, sha256: expected } of manifest.tables) await check(tableFile(folder, name), expected);
  await check(join(folder, OBJECT_LIST_FILE), manifest.objects.sha256);
  const objects = await readObjectList(folder);
  for (const { key, sha256: expected } of objects) await check(objectFile(folder, key), expected);
  return { manifest, objects };
}

async function check(file: string, expected: string): Promise<void> {
  const { sha256: found } = await measureFile(file).catch((error: unknown) => {
    throw new BackupUnusable(`The backup is not whole: ${file} cannot be read`, error);
  });
  if (found !== expected) throw new BackupUnusable(`The backup is damaged: ${file} is not what was written`);
}
