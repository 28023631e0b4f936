import { DataFolderInUse, otherServer, StartInterrupted } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompositionLog } from './log';

/** A server gets so long to stop before the next one gives up. */
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** True while the server of a data folder is stopping. */
export function isStopping(dataFolder: string): boolean {
  return otherServer(dataFolder)?.state === 'stopping';
}

/**
 * Waits until the former server of a data folder has ended, if it is stopping. One that runs is left to the lock on the
 * database, which only it can hold.
 *
 * @throws DataFolderInUse when it does not end in time
 * @throws StartInterrupted
 */
export async function formerServerEnded(
  dataFolder: string,
  log: Pick<CompositionLog, 'warn'>,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = Date.now();
  let told: number | undefined;
  for (;;) {
    const former = otherServer(dataFolder);
    if (former?.state !== 'stopping') return;
    const { pid } = former;
    if (told !== pid) {
      log.warn(
        `The former server of ${dataFolder} (pid ${pid}) is still stopping. Waiting for it, up to ${PATIENCE_MS / 1_000} s`,
      );
    }
    told = pid;
    if (Date.now() - startedAt > PATIENCE_MS) {
      throw new DataFolderInUse(dataFolder, `pid ${pid}, stopping for more than ${PATIENCE_MS / 1_000} s`);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new StartInterrupted();
  }
}
