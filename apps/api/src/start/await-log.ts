import { AnotherEventLog } from '@voxpersona/composition';
import { EventStore, EventStoreUnavailable } from '@voxpersona/event-store';
import { backoffDelayMs, isDatabaseFailure } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/**
 * Waits until the event log answers and is the right one. Every failed try is told, with what to do about it.
 *
 * @param place where the log should be, for people
 * @returns false when the signal ended the wait
 * @throws AnotherEventLog
 */
export async function awaitLog(
  store: Pick<EventStore, 'check'>,
  place: string,
  log: { warn(message: string): void; log(message: string): void },
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await store.check();
      if (attempt > 1) log.log(`The event log in ${place} answers`);
      return true;
    } catch (error) {
      if (error instanceof AnotherEventLog || !isOutage(error)) throw error;
      const delay = backoffDelayMs({
        ...{ attempt, baseMs: FIRST_DELAY_MS, maxMs: LONGEST_DELAY_MS },
        random: Math.random,
      });
      log.warn(
        `The event log in ${place} cannot be used: ${(error as Error).message}. ` +
          `Try ${attempt + 1} follows in ${(delay / 1_000).toFixed(1)} s`,
      );
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}

function isOutage(error: unknown): boolean {
  return error instanceof EventStoreUnavailable || isDatabaseFailure(error);
}
