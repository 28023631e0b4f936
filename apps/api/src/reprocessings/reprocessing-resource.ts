import { ReprocessingItemView, ReprocessingView, secondsLeftOf } from '@voxpersona/projections';

/** A batch as the API shows it. */
export function toReprocessingResource(view: ReprocessingView) {
  const { id, work: what, status, forecast, total, asked, finished: done, failed, cost } = view;
  const { accepted, rejected, requestedAt, updatedAt } = view;
  const share = Math.round(((done + failed) / total) * 1e4) / 1e4;
  return {
    ...{ id, what, status, forecast },
    progress: { total, asked, done, failed, share, secondsLeft: secondsLeftOf(view) },
    verdicts: { open: done - accepted - rejected, accepted, rejected },
    ...{ cost, requestedAt, updatedAt, links: linksOf(id) },
  };
}

export function toItemResource(view: ReprocessingItemView) {
  const { recordingId, status, verdict, result, code, costUsd, startedAt, endedAt } = view;
  return { recordingId, status, verdict, result, code, costUsd, startedAt, endedAt };
}

export function linksOf(id: string): { self: string } {
  return { self: `/v1/reprocessings/${id}` };
}
