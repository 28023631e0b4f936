/** How long a provider is sure to keep a prefix that was used: Anthropic says 5 minutes, less a margin. */
const KEPT_MS = 240_000;

interface FirstCall {
  /** True when it gave an answer. Never rejects. */
  ended: Promise<boolean>;
  /** Time by `now`, in milliseconds, until which the prefix needs no first call; undefined while this one runs. */
  keptUntil: number | undefined;
}

/**
 * Lets the first of several calls with the same long prefix go ahead. A provider keeps a prefix only when it has begun
 * to answer a call with it: calls that go side by side from the start would each pay for the whole of it. When the
 * first call fails, the next one takes its place.
 */
export class PrefixGate {
  private readonly firsts = new Map<string, FirstCall>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Rejects with what `call` rejects with, or with the reason of `signal` while it waits.
   *
   * @param prefix names the prefix; a hash of it does
   */
  async pass<T>(prefix: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    for (;;) {
      this.forgetOld();
      const first = this.firsts.get(prefix);
      if (!first) return this.goFirst(prefix, call);
      if (first.keptUntil !== undefined || (await orAbort(first.ended, signal))) return call();
    }
  }

  private goFirst<T>(prefix: string, call: () => Promise<T>): Promise<T> {
    const result = call();
    const first: FirstCall = {
      keptUntil: undefined,
      ended: result.then(
        () => {
          first.keptUntil = this.now() + KEPT_MS;
          return true;
        },
        () => {
          this.firsts.delete(prefix);
          return false;
        },
      ),
    };
    this.firsts.set(prefix, first);
    return result;
  }

  private forgetOld(): void {
    const now = this.now();
    for (const [prefix, { keptUntil }] of this.firsts) {
      if (keptUntil !== undefined && keptUntil <= now) this.firsts.delete(prefix);
    }
  }
}

/** What `promise` gives, unless the signal comes first: then rejects with its reason. */
async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([
      promise,
      aborted.then((): never => {
        signal.throwIfAborted();
        throw new Error('Waiting was ended');
      }),
    ]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
