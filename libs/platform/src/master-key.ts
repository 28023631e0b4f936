import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code';

/** Name of the file in the data folder, and in a backup that holds it. */
export const MASTER_KEY_FILE = 'master-key';

/** The key file does not hold 32 bytes in base64. */
export class MasterKeyInvalid extends Error {
  constructor(file: string) {
    super(`${file} does not hold a master key (32 bytes in base64). Restore it from your backup.`);
    this.name = 'MasterKeyInvalid';
  }
}

/**
 * The key that all recordings' keys are sealed under: given by the environment, else kept in a file of the data folder
 * that only we can read, and made on first use.
 *
 * @returns 32 bytes
 * @throws MasterKeyInvalid
 */
export function loadMasterKey(dataFolder: string, given: string | undefined): Buffer {
  if (given !== undefined) return Buffer.from(given, 'base64');
  const file = join(dataFolder, MASTER_KEY_FILE);
  try {
    mkdirSync(dataFolder, { recursive: true });
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  return readMasterKey(file);
}

/** @throws MasterKeyInvalid */
export function readMasterKey(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw new MasterKeyInvalid(file);
  return key;
}

/** A key of its own for one purpose: whoever learns it knows neither the master key nor that of another purpose. */
export function deriveKey(masterKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', `voxpersona ${purpose}`, 32));
}
