import {
  BackupUnusable,
  MIGRATIONS,
  openDatabaseAlone,
  openObjectStorage,
  restoreBackup,
  writeBackup,
} from '@voxpersona/composition';
import {
  createPool,
  Environment,
  loadEnvironment,
  loadMasterKey,
  MASTER_KEY_FILE,
  readMasterKey,
} from '@voxpersona/platform';
import { Command } from 'commander';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { progressLine } from './progress-line';
import { withFoundation } from './with-foundation';

/** `vox backup` */
export function backupCommand(): Command {
  return new Command('backup')
    .description(
      'Write the log, audio, keys, stored results, vectors and jobs to a new folder; servers may run meanwhile.',
    )
    .argument('<folder>', 'where to; new or empty')
    .option(
      '--with-master-key',
      'put the master key in: then the backup is as secret as everything in it',
      false,
    )
    .action(backup);
}

/** `vox restore` */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup into an empty data folder or database. No server may run.')
    .argument('<folder>', 'a backup')
    .option('--master-key <file>', 'the file master-key of the installation, where it is not in the backup')
    .action(restore);
}

async function backup(folder: string, { withMasterKey }: { withMasterKey: boolean }): Promise<void> {
  const line = progressLine(process.stderr);
  const manifest = await withFoundation(({ pool, database: { dataFolder } }, environment) =>
    writeBackup({
      ...{ folder, pool, withMasterKey },
      storage: openObjectStorage(environment, dataFolder),
      masterKey: loadMasterKey(dataFolder, environment.VOXPERSONA_MASTER_KEY),
      onProgress: (what) => line.show(what),
    }),
  ).finally(() => line.end());
  console.log(`${manifest.events} events and ${manifest.objects.count} objects of audio are in ${folder}.`);
  if (!withMasterKey) {
    console.log(
      'The master key is not: without it nothing in the backup can be read. Keep it elsewhere (the file master-key in ' +
        'the data folder, or VOXPERSONA_MASTER_KEY).',
    );
  }
}

async function restore(folder: string, options: { masterKey?: string }): Promise<void> {
  const environment = loadEnvironment(process.env);
  const line = progressLine(process.stderr);
  const database = await openDatabaseAlone(environment);
  const { connectionString, dataFolder } = database;
  const pool = createPool({ connectionString, applicationName: 'vox restore', onIdleError: () => undefined });
  try {
    const manifest = await restoreBackup({
      ...{ folder, pool, dataFolder, migrations: MIGRATIONS },
      storage: openObjectStorage(environment, dataFolder),
      ...masterKeyFor(folder, dataFolder, environment, options.masterKey),
      onProgress: (what) => line.show(what),
    });
    line.end();
    console.log(
      `${manifest.events} events and ${manifest.objects.count} objects of audio are back, as of ${manifest.createdAt}.\n` +
        'Read models and the vector index are rebuilt when the server starts.',
    );
  } finally {
    line.end();
    await pool.end();
    await database.close();
  }
}

/** The one of the environment, of the data folder, as told, or of the backup; a new one is never made here. */
function masterKeyFor(
  folder: string,
  dataFolder: string,
  { VOXPERSONA_MASTER_KEY: given }: Environment,
  told: string | undefined,
): { masterKey: Buffer; onFoundRight: () => void } {
  const own = join(dataFolder, MASTER_KEY_FILE);
  if (given !== undefined || existsSync(own)) {
    return { masterKey: loadMasterKey(dataFolder, given), onFoundRight: () => undefined };
  }
  const source = told ?? join(folder, MASTER_KEY_FILE);
  if (!existsSync(source)) {
    throw new BackupUnusable(
      'The master key is not in the backup: give the file by --master-key, or the key by VOXPERSONA_MASTER_KEY',
    );
  }
  return { masterKey: readMasterKey(source), onFoundRight: () => copyFileSync(source, own) };
}
