import { ProviderFailure, ProviderFailureCode } from './provider-failure';

/** What an SDK knows of a call that failed. */
export interface HttpFailure {
  provider: string;
  /** Undefined when there was no answer at all. */
  status: number | undefined;
  /** The provider's own code or type of error, for example `insufficient_quota`. */
  reason: string | undefined;
  headers: Headers | undefined;
  requestId: string | undefined;
  cause: unknown;
}

const QUOTA_REASONS = new Set(['insufficient_quota', 'billing_error', 'billing_not_active']);

/** The one mapping from HTTP answers to our codes, for every provider that is spoken to over HTTP. */
export function failureOfHttp(failure: HttpFailure): ProviderFailure {
  const { provider, status, reason, requestId, cause } = failure;
  const code = codeOf(status, reason);
  const said = status === undefined ? 'no answer' : `HTTP ${status}`;
  return new ProviderFailure(code, `${provider}: ${said}${reason ? ` (${reason})` : ''}`, {
    provider,
    requestId,
    retryAfterMs: retryAfterMs(failure.headers, Date.now()),
    // 529 says that the provider has more work than it can do: another key would fare no better.
    scope: status === 529 ? 'provider' : 'key',
    cause,
  });
}

function codeOf(status: number | undefined, reason: string | undefined): ProviderFailureCode {
  if (status === undefined) return 'unavailable';
  if ((reason !== undefined && QUOTA_REASONS.has(reason)) || status === 402) return 'quota_exhausted';
  if (status === 401 || status === 403) return 'unauthorised';
  if (status === 429 || status === 529) return 'rate_limited';
  if (status === 408) return 'timeout';
  if (status === 409 || status >= 500) return 'unavailable';
  return 'rejected';
}

/** Milliseconds that `retry-after-ms` or `retry-after` (seconds or a date, RFC 9110) ask for. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? NaN);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
