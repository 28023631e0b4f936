/**
 * Makes calls to a provider with one of its keys.
 *
 * Both methods reject with what `call` rejects with, with the reason of `signal`, or with a ProviderFailure when no key
 * can be used. `call` must map the provider's failures to ProviderFailure, and may be made again with another key.
 */
export interface KeyRunner {
  /**
   * Waits for a place within the limits, then calls.
   *
   * @param tokens what the call will count against a limit of tokens; 0 when it counts as a request only
   */
  withKey<T>(tokens: number, signal: AbortSignal, call: (key: string) => Promise<T>): Promise<T>;
  /** Calls at once, for calls that the provider does not count against its limits. */
  withAnyKey<T>(signal: AbortSignal, call: (key: string) => Promise<T>): Promise<T>;
}

/** One key without limits and without a memory of failures. */
export function singleKey(key: string): KeyRunner {
  return {
    withKey: (_tokens, _signal, call) => call(key),
    withAnyKey: (_signal, call) => call(key),
  };
}

/** Makes a client for each key when it is first used, and keeps it: clients keep connections. */
export function onePerKey<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const existing = made.get(key);
    if (existing !== undefined) return existing;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
