import { Pool } from 'pg';
import { Position } from '../port/event-store';

const POLL_MILLISECONDS = 25;

/**
 * Waits until every named consumer has applied the log up to `position`, whichever process runs it.
 *
 * @param names asked for at every look: who serves may change meanwhile
 * @returns false when it took longer than `patienceMs`
 */
export async function waitForCheckpoints(
  pool: Pool,
  names: () => Promise<readonly string[]>,
  position: Position,
  patienceMs: number,
): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await pool.query<{ behind: string }>(
      `SELECT count(*) AS behind FROM unnest($1::text[]) AS wanted(name)
       LEFT JOIN checkpoints USING (name) WHERE coalesce(position, -1) < $2`,
      [await names(), position.toString()],
    );
    if (rows[0]?.behind === '0') return true;
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
