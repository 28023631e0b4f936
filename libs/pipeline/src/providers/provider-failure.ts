/**
 * Why a call to a provider (speech-to-text, language model, storage, ffmpeg) did not give a result.
 *
 * - `rate_limited`      the provider asked us to wait (429, 529); `retryAfterMs` when it said how long
 * - `unavailable`       connection refused, cut, or a 5xx
 * - `timeout`           no answer within the time allowed
 * - `invalid_response`  an answer that does not parse or breaks the provider's own contract
 * - `incomplete`        the model stopped before the end (for example at `max_tokens`)
 * - `unauthorised`      key refused or revoked (401, 403)
 * - `quota_exhausted`   the account has no credit left
 * - `rejected`          the provider refuses this input (400, 413, 422): asking again changes nothing
 * - `not_installed`     a program or model that the provider needs is not on this machine
 * - `unreadable_media`  ffmpeg cannot decode the input
 * - `too_long`          the input does not fit what the model can take
 * - `storage`           the object store could not be read or written
 */
export const PROVIDER_FAILURE_CODES = [
  'rate_limited',
  'unavailable',
  'timeout',
  'invalid_response',
  'incomplete',
  'unauthorised',
  'quota_exhausted',
  'rejected',
  'not_installed',
  'unreadable_media',
  'too_long',
  'storage',
] as const;

export type ProviderFailureCode = (typeof PROVIDER_FAILURE_CODES)[number];

/** Codes for which the same call, made again, cannot do better: they are parked at once. */
const PERMANENT: ReadonlySet<ProviderFailureCode> = new Set([
  'unauthorised',
  'quota_exhausted',
  'rejected',
  'not_installed',
  'unreadable_media',
  'too_long',
]);

export interface ProviderFailureDetails {
  /** Which provider failed, for example `openai`. */
  provider: string;
  /** The provider's own id of the request, for its support and for the audit trail. */
  requestId?: string | undefined;
  /** Milliseconds the provider asked us to wait. */
  retryAfterMs?: number | undefined;
  /** Whom a pause is asked of: the key that was used (default), or everybody who calls this provider. */
  scope?: 'key' | 'provider' | undefined;
  /** False when the provider was not called at all, because it had asked for a pause before. Default true. */
  called?: boolean | undefined;
  /** The underlying error. Logged, never put in an event: it may hold personal text or a key. */
  cause?: unknown;
}

/**
 * A typed failure of a provider. Its message is for operators' logs; events record only `code` and `requestId`.
 */
export class ProviderFailure extends Error {
  readonly provider: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly scope: 'key' | 'provider';
  readonly called: boolean;

  constructor(
    readonly code: ProviderFailureCode,
    message: string,
    details: ProviderFailureDetails,
  ) {
    super(message, { cause: details.cause });
    this.name = 'ProviderFailure';
    this.provider = details.provider;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.scope = details.scope ?? 'key';
    this.called = details.called ?? true;
  }

  /** True when a retry of the very same call is pointless. */
  get permanent(): boolean {
    return PERMANENT.has(this.code);
  }
}
