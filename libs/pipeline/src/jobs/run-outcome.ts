import { isStoreTransient, RecordingKeyDestroyed } from '@voxpersona/event-store';
import { backoffDelayMs } from '@voxpersona/platform';
import { OriginalMissing } from '../originals';
import { ProviderFailure } from '../providers/provider-failure';
import { NotYet } from './not-yet';
import { JobRecord } from './job';
import { JobFailure } from './job-queue';

/** What becomes of a job whose run threw. */
export type RunOutcome =
  /** Run again later. `counted`: it was an attempt of its own, not a disturbance of ours. */
  | { kind: 'again'; delayMs: number; failure: JobFailure; counted: boolean }
  /** Give up: record the failure, then park. */
  | { kind: 'park'; failure: JobFailure }
  /** Its recording is gone: nothing to do, nothing to record. */
  | { kind: 'drop' };

export interface RetryPolicy {
  /** Runs that may fail before a job is parked. */
  maxAttempts: number;
  /** Milliseconds before the second run; doubles from there. */
  baseDelayMs: number;
  maxDelayMs: number;
}

/** A job whose worker died so often is taken to be what kills it. */
const MAX_INTERRUPTIONS = 50;

/** True for a job that must not be started again, whatever its attempts. */
export function isPoisonous(record: JobRecord): boolean {
  return record.interruptions > MAX_INTERRUPTIONS;
}

/** Decides what follows from a failed run. Pure but for `random` in [0, 1). */
export function outcomeOf(
  error: unknown,
  record: JobRecord,
  policy: RetryPolicy,
  random: () => number,
): RunOutcome {
  if (error instanceof RecordingKeyDestroyed) return { kind: 'drop' };
  if (error instanceof NotYet) {
    const failure = { code: 'not_yet', provider: null, requestId: null };
    return { kind: 'again', delayMs: error.retryAfterMs, failure, counted: false };
  }
  const failure = failureOf(error);
  const attempt = record.attempts - record.forgivenAttempts + 1;
  const retryAfterMs = error instanceof ProviderFailure ? error.retryAfterMs : undefined;
  const { baseDelayMs: baseMs, maxDelayMs: maxMs } = policy;
  const delayMs = backoffDelayMs({ attempt, baseMs, maxMs, retryAfterMs, random });
  // Says nothing about the job: it would not even be possible to record a failure.
  if (isStoreTransient(error) || wasNotCalled(error))
    return { kind: 'again', delayMs, failure, counted: false };
  const pointless = error instanceof OriginalMissing || (error instanceof ProviderFailure && error.permanent);
  if (pointless || attempt >= policy.maxAttempts) return { kind: 'park', failure };
  return { kind: 'again', delayMs, failure, counted: true };
}

/** A pause that others had been asked for: nothing was tried, and so nothing has failed. */
function wasNotCalled(error: unknown): boolean {
  return error instanceof ProviderFailure && error.code === 'rate_limited' && !error.called;
}

function failureOf(error: unknown): JobFailure {
  if (error instanceof ProviderFailure) {
    return { code: error.code, provider: error.provider, requestId: error.requestId ?? null };
  }
  if (error instanceof OriginalMissing) return { code: 'original_missing', provider: null, requestId: null };
  const code = isStoreTransient(error) ? 'store_unavailable' : 'internal_error';
  return { code, provider: null, requestId: null };
}
