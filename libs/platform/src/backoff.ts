export interface Backoff {
  /** 1 for the first retry. */
  attempt: number;
  /** Milliseconds before the first retry; doubles with every further one. */
  baseMs: number;
  maxMs: number;
  /** Milliseconds that the other side asked for; never undercut. */
  retryAfterMs?: number | undefined;
  /** Gives a number in [0, 1). */
  random: () => number;
}

/**
 * Milliseconds to wait before a retry: exponential, with half of it jitter, so that many callers that failed
 * together do not come back together (Brooker, "Exponential Backoff and Jitter", 2015: "equal jitter").
 */
export function backoffDelayMs({ attempt, baseMs, maxMs, retryAfterMs, random }: Backoff): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.max(0, attempt - 1));
  const jittered = full / 2 + (full / 2) * random();
  if (retryAfterMs === undefined) return jittered;
  return Math.max(jittered, retryAfterMs + baseMs * random());
}
