import { Pool } from 'pg';
import { Lane } from './job';

/** Jobs of a lane that are not over. */
export interface LaneFigures {
  ready: number;
  running: number;
  parked: number;
  /** For how many seconds the one that waits longest has been due; 0 when none is due. */
  oldestReadySeconds: number;
}

const NONE: LaneFigures = { ready: 0, running: 0, parked: 0, oldestReadySeconds: 0 };

/**
 * Counts the queue. The condition on the state is word for word that of an index, which so holds every row that is
 * wanted: jobs that are done, and become ever more, are not looked at.
 */
export const QUEUE_FIGURES_SQL = `
  SELECT lane,
    count(*) FILTER (WHERE state = 'ready') AS ready,
    count(*) FILTER (WHERE state = 'running') AS running,
    count(*) FILTER (WHERE state = 'parked') AS parked,
    greatest(0, extract(epoch FROM now() - min(run_at) FILTER (WHERE state = 'ready'))) AS oldest
  FROM jobs WHERE state IN ('ready', 'running', 'parked') GROUP BY lane`;

/** The queue in figures, every lane. */
export async function readQueueFigures(pool: Pool): Promise<Record<Lane, LaneFigures>> {
  const { rows } = await pool.query<{
    lane: Lane;
    ready: string;
    running: string;
    parked: string;
    oldest: string | null;
  }>(QUEUE_FIGURES_SQL);
  const figures: Record<Lane, LaneFigures> = {
    media: NONE,
    'listening-copy': NONE,
    'speech-to-text': NONE,
    'language-model': NONE,
    indexing: NONE,
    reembedding: NONE,
    'vector-repair': NONE,
    chat: NONE,
    reprocessing: NONE,
    housekeeping: NONE,
  };
  for (const { lane, ready, running, parked, oldest } of rows) {
    figures[lane] = {
      ready: Number(ready),
      running: Number(running),
      parked: Number(parked),
      oldestReadySeconds: Number(oldest ?? 0),
    };
  }
  return figures;
}
