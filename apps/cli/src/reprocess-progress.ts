import { Foundation } from '@voxpersona/composition';
import { isUuid } from '@voxpersona/domain';
import {
  GetReprocessing,
  GetReprocessingHandler,
  ReprocessingView,
  secondsLeftOf,
} from '@voxpersona/projections';
import { setTimeout as sleep } from 'node:timers/promises';
import { progressLine } from './progress-line';

/** Exit code where a batch is through, but some of its recordings failed. */
export const EXIT_SOME_FAILED = 2;

const POLL_MS = 250;
const BAR = 30;
/** What asks recordings; runs in every worker. */
const SAGA = { name: 'reprocessing-saga', version: 1 };

/** One batch of a workspace; null when there is none. */
export function readBatch(
  pool: Foundation['pool'],
  owner: string,
  id: string,
): Promise<ReprocessingView | null> {
  if (!isUuid(id)) return Promise.resolve(null);
  return new GetReprocessingHandler(pool).execute(new GetReprocessing(owner, id));
}

/** Waits until a batch is through, or somebody holds it; null where no worker is there to go on with it. */
export async function throughBatch(
  { pool, leadership }: Foundation,
  owner: string,
  id: string,
): Promise<ReprocessingView | null> {
  const line = progressLine(process.stderr);
  try {
    for (;;) {
      const batch = await readBatch(pool, owner, id);
      if (batch && batch.status !== 'running') return batch;
      if (!(await leadership.isRun(SAGA.name, SAGA.version))) {
        console.error('No worker runs: it goes on when a server is started.');
        return batch;
      }
      if (batch) line.show(progressText(batch));
      await sleep(POLL_MS);
    }
  } finally {
    line.end();
  }
}

function progressText(batch: ReprocessingView): string {
  const { total, finished, failed } = batch;
  const share = (finished + failed) / total;
  const full = Math.round(share * BAR);
  const left = secondsLeftOf(batch);
  const more = left === null ? '' : `, ${left} s left`;
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${(share * 100).toFixed(1)} % of ${total}${more}`;
}

export function describeBatch(batch: ReprocessingView): string {
  const { id, status, work, requestedAt, total, finished, failed, accepted, rejected, cost } = batch;
  const what = work.kind === 'report' ? `report ${work.reportType}` : 'transcripts';
  const unknown = cost.recordingsOfUnknownPrice;
  const price = `$${cost.usd}${unknown > 0 ? `, and ${unknown} of unknown price` : ''}`;
  return (
    `${id}  ${requestedAt}  ${what}  ${status}: ${finished} of ${total} done, ${failed} failed, ` +
    `${accepted} accepted, ${rejected} rejected, ${price}`
  );
}
