import { DataFolderInUse, otherServer, StartInterrupted } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompositionLog } from './log';

/** A server gets so long to stop before the next one gives up. */
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

/** The former server does not come to its end: nothing is gained by waiting longer. */
export class FormerServerStuck extends DataFolderInUse {
  constructor(dataFolder: string, pid: number, seconds: number) {
    super(dataFolder, `pid ${pid}, which is still stopping after ${seconds} s`);
    this.name = 'FormerServerStuck';
  }
}

/**
 * True when a start was refused because of a server that is about to leave.
 *
 * @param pid of the server that ran when the start began
 */
export function isRefusedByLeaving(error: unknown, dataFolder: string, pid: number | undefined): boolean {
  if (!(error instanceof DataFolderInUse) || error instanceof FormerServerStuck) return false;
  const server = otherServer(dataFolder);
  return server ? server.state === 'stopping' : pid !== undefined;
}

/**
 * Waits until the former server of a data folder has ended, if it is stopping. One that runs is left to the lock on the
 * database, which only it can hold.
 *
 * @throws FormerServerStuck when it does not end in time
 * @throws StartInterrupted
 */
export async function formerServerEnded(
  dataFolder: string,
  log: Pick<CompositionLog, 'warn'>,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const startedAt = Date.now();
  let told: number | undefined;
  for (;;) {
    const former = otherServer(dataFolder);
    if (former?.state !== 'stopping') return;
    const { pid } = former;
    if (told !== pid) {
      log.warn(
        `The former server of ${dataFolder} (pid ${pid}) is still stopping. Waiting for it, up to ${patienceMs / 1_000} s`,
      );
    }
    told = pid;
    if (Date.now() - startedAt > patienceMs) throw new FormerServerStuck(dataFolder, pid, patienceMs / 1_000);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new StartInterrupted();
  }
}
