import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseFailure } from './database-failure';

const PATIENCE_MS = 20_000;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 1_000;

/**
 * Writes what would be lost with this process: repeats a statement while the database is away. The statement must be harmless
 * when it runs twice, because the first run may have been committed.
 *
 * @throws the last failure of the database once patience ends, and any other error at once
 */
export async function throughOutage<T>(write: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    try {
      return await write();
    } catch (error) {
      if (!isDatabaseFailure(error) || performance.now() + delayMs > deadline) throw error;
      await sleep(delayMs);
    }
  }
}
