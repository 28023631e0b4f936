import { existsSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { alteredFile, missingFiles } from './install-model';
import { ModelKind } from './model-kind';
import { folderOf, ModelSource } from './model-source';

export interface ModelOnDisk {
  folder: string;
  /** `altered`: a file is not the one that models.json describes. */
  state: 'installed' | 'missing' | 'incomplete' | 'altered';
  /** Bytes of all files in the folder. */
  bytes: number;
}

/** What is on this machine of a model. Reads every file whose hash is known. */
export async function inspectModel(source: ModelSource, kind: ModelKind): Promise<ModelOnDisk> {
  const folder = folderOf(source);
  const bytes = await sizeOf(folder);
  if (bytes === 0) return { folder, state: 'missing', bytes };
  if (missingFiles(source, kind).length > 0) return { folder, state: 'incomplete', bytes };
  const altered = await alteredFile(source);
  return { folder, state: altered === undefined ? 'installed' : 'altered', bytes };
}

/**
 * Deletes a model's folder.
 *
 * @returns false when there was nothing to delete
 * @throws Error for a folder outside the folder of models: the user's own
 */
export async function removeModel(source: ModelSource): Promise<boolean> {
  const folder = folderOf(source);
  if (relative(source.modelsFolder, folder).startsWith('..')) {
    throw new Error(`${folder} is not in ${source.modelsFolder}; remove it yourself.`);
  }
  if (!existsSync(folder)) return false;
  await rm(folder, { recursive: true });
  // The publisher's folder, once its last model is gone.
  const parent = dirname(folder);
  if (relative(source.modelsFolder, parent) !== '') await rmdir(parent).catch(() => undefined);
  return true;
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  let bytes = 0;
  for (const name of names) {
    const stats = await stat(join(folder, name));
    if (stats.isFile()) bytes += stats.size;
  }
  return bytes;
}
