import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file that only this user can read. After a crash or a power failure it holds the whole text, or what it held
 * before.
 *
 * @throws Error with the system's error as its cause
 */
export function writePrivateFile(file: string, text: string): void {
  const unfinished = `${file}.new`;
  try {
    // One that a crash left behind may be readable for others.
    rmSync(unfinished, { force: true });
    const descriptor = openSync(unfinished, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    throw new Error(`Cannot write ${file}: ${String(error)}`, { cause: error });
  }
}

/** Makes the new name of a file as durable as its content; Windows cannot open a folder, and does not need it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
