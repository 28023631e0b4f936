import { APIConnectionTimeoutError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { isNativeError } from 'node:util/types';
import { failureOfHttp } from '../../http-failure';
import { ProviderFailure } from '../../provider-failure';

export const PROVIDER = 'anthropic';

/** A failure that we find ourselves, in what the provider answered or in what we would ask. */
export function anthropicFailure(
  code: 'invalid_response' | 'incomplete' | 'rejected' | 'too_long',
  message: string,
  requestId: string | undefined,
  cause?: unknown,
): ProviderFailure {
  return new ProviderFailure(code, `anthropic: ${message}`, { provider: PROVIDER, requestId, cause });
}

/** What the SDK threw, as a ProviderFailure; an abort of ours stays what it is. */
export function asProviderFailure(error: unknown): Error {
  if (error instanceof ProviderFailure || error instanceof APIUserAbortError) return error;
  if (error instanceof APIConnectionTimeoutError) {
    return new ProviderFailure('timeout', 'anthropic: no answer in time', {
      provider: PROVIDER,
      cause: error,
    });
  }
  if (error instanceof APIError) {
    const requestId = error.requestID ?? undefined;
    if (/prompt is too long|context window/i.test(error.message)) {
      return anthropicFailure('too_long', 'the transcript is too long for this model', requestId, error);
    }
    return failureOfHttp({
      provider: PROVIDER,
      status: typeof error.status === 'number' ? error.status : undefined,
      reason: error.type ?? undefined,
      headers: error.headers instanceof Headers ? error.headers : undefined,
      requestId,
      cause: error,
    });
  }
  if (isNativeError(error) && error.name === 'SyntaxError')
    return anthropicFailure('invalid_response', 'the answer is not JSON', undefined, error);
  return new ProviderFailure('unavailable', 'anthropic: the connection was lost', {
    provider: PROVIDER,
    cause: error,
  });
}
