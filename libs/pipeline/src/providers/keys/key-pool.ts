import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { ProviderFailure } from '../provider-failure';
import { CallBookings, Place } from './call-bookings';
import { fingerprintOf, hintOf } from './key-identity';
import { KeyRunner } from './key-runner';
import { KeyPoolLog, KeyState, KeyStates, KnownKey } from './key-states';

export interface KeyPoolOptions {
  /** Short stable name: `openai`, `anthropic`. */
  provider: string;
  /** At least one. All processes should be given the same. */
  keys: readonly string[];
  /** What the provider allows one key within any window; undefined: no limit is known, and nothing is booked. */
  requestsPerMinute: number | undefined;
  tokensPerMinute: number | undefined;
  /** Length of that window in milliseconds. Default a minute; tests shorten it. */
  windowMs?: number;
  /** The setting that holds the keys, for the message that asks for new ones. Default: `<PROVIDER>_API_KEY`. */
  settingName?: string;
  log: KeyPoolLog;
}

/** A configured key as all processes see it. */
export interface KeyStatus {
  fingerprint: string;
  hint: string;
  state: KeyState;
  /** Null when it is not blocked now. */
  blockedUntil: Date | null;
  /** Calls that count against the limit at this moment; 0 when there is no limit. */
  requestsInWindow: number;
  tokensInWindow: number;
  /** Calls that are booked for later. */
  waiting: number;
}

interface ConfiguredKey extends KnownKey {
  key: string;
}

/** How one turn of a call is to be placed. */
type Counting = { tokens: number } | 'uncounted';

/**
 * The keys of one provider, used together by all processes on one database within the limits of each key.
 *
 * A key that is refused, out of credit or told to wait is left alone, and the call is made with another one. A failure
 * of the database is thrown as it is, never as a ProviderFailure: it says nothing about the provider. But the answer of
 * a call that succeeded is given, whatever the database does after it: it is paid.
 */
export class KeyPool implements KeyRunner {
  private readonly keys: ReadonlyMap<string, ConfiguredKey>;
  private readonly states: KeyStates;
  private readonly bookings: CallBookings | undefined;
  private registration: Promise<void> | undefined;
  private turns = 0;

  constructor(
    private readonly pool: Pool,
    private readonly options: KeyPoolOptions,
  ) {
    const { provider, keys, requestsPerMinute: requests, tokensPerMinute: tokens } = options;
    if (keys.length === 0) throw new Error(`The key pool of ${provider} needs a key`);
    this.keys = new Map(
      keys.map((key) => {
        const fingerprint = fingerprintOf(provider, key);
        return [fingerprint, { fingerprint, hint: hintOf(provider, key), key }];
      }),
    );
    this.states = new KeyStates(pool, provider, options.log);
    if (requests !== undefined || tokens !== undefined) {
      const { windowMs = 60_000 } = options;
      this.bookings = new CallBookings(pool, provider, { requests, tokens, windowMs });
    }
  }

  withKey<T>(tokens: number, signal: AbortSignal, call: (key: string) => Promise<T>): Promise<T> {
    return this.run({ tokens }, signal, call);
  }

  withAnyKey<T>(signal: AbortSignal, call: (key: string) => Promise<T>): Promise<T> {
    return this.run('uncounted', signal, call);
  }

  /** The configured keys, in the order of the configuration. */
  async status(): Promise<KeyStatus[]> {
    await this.register();
    const { rows } = await this.pool.query<KeyStatus>(
      `SELECT key.fingerprint, hint, state,
         CASE WHEN blocked_until > clock_timestamp() THEN blocked_until END AS "blockedUntil",
         (count(*) FILTER (WHERE starts_at <= clock_timestamp()))::integer AS "requestsInWindow",
         coalesce(sum(tokens) FILTER (WHERE starts_at <= clock_timestamp()), 0)::double precision
           AS "tokensInWindow",
         (count(*) FILTER (WHERE starts_at > clock_timestamp()))::integer AS waiting
       FROM unnest($2::text[]) WITH ORDINALITY AS given (fingerprint, position)
       JOIN provider_keys AS key USING (fingerprint)
       LEFT JOIN provider_calls AS call ON call.provider = key.provider
         AND call.fingerprint = key.fingerprint AND frees_at > clock_timestamp()
       WHERE key.provider = $1
       GROUP BY key.fingerprint, hint, state, blocked_until, position ORDER BY position`,
      [this.options.provider, [...this.keys.keys()]],
    );
    return rows;
  }

  private async run<T>(
    counting: Counting,
    signal: AbortSignal,
    call: (key: string) => Promise<T>,
  ): Promise<T> {
    await this.register();
    // Keys that asked for a pause during this very call. They are not asked again, however short the pause.
    const paused = new Set<string>();
    let failure: ProviderFailure | undefined;
    for (;;) {
      signal.throwIfAborted();
      const candidates = this.inTurn().filter((fingerprint) => !paused.has(fingerprint));
      // After a pause was asked for, waiting is the job queue's business: its place here goes to other work.
      const place = await this.place(candidates, counting, paused.size > 0, signal);
      const key = place && this.keys.get(place.fingerprint);
      if (!key || isLaterUnbooked(place)) throw await this.noKey(failure, place?.waitMs);
      if (!(await this.waitFor(place, signal))) continue;
      try {
        const result = await call(key.key);
        if (place.state === 'exhausted') await this.quietly(() => this.states.worksAgain(key));
        return result;
      } catch (error) {
        if (!(error instanceof ProviderFailure) || !(await this.states.note(key, error))) throw error;
        if (error.code === 'rate_limited') paused.add(key.fingerprint);
        failure = error;
      } finally {
        const { bookingId } = place;
        if (bookingId !== undefined) await this.quietly(() => this.bookings?.end(bookingId));
      }
    }
  }

  private async place(
    candidates: readonly string[],
    counting: Counting,
    onlyNow: boolean,
    signal: AbortSignal,
  ): Promise<Place | undefined> {
    if (this.bookings && counting !== 'uncounted')
      return this.bookings.book(candidates, counting.tokens, onlyNow, signal);
    const usable = await this.states.firstUsable(candidates);
    return usable && { ...usable, bookingId: undefined, waitMs: 0 };
  }

  /** Sleeps until the place's time has come. False when the place was lost meanwhile; an abort gives it back. */
  private async waitFor({ bookingId, waitMs }: Place, signal: AbortSignal): Promise<boolean> {
    if (bookingId === undefined || !this.bookings) return true;
    const { bookings } = this;
    let left: number | undefined = waitMs;
    while (left !== undefined && left > 0) {
      try {
        await sleep(Math.ceil(left), undefined, { signal });
      } catch (error) {
        await this.quietly(() => bookings.cancel(bookingId));
        throw error;
      }
      left = await bookings.check(bookingId);
    }
    if (left === undefined) await bookings.cancel(bookingId);
    return left !== undefined;
  }

  /** What to throw when no key can be used now. `laterMs`: when the soonest of the others is free. */
  private async noKey(
    failure: ProviderFailure | undefined,
    laterMs: number | undefined,
  ): Promise<ProviderFailure> {
    const { provider, settingName = `${provider.toUpperCase()}_API_KEY` } = this.options;
    const { blockedMs, refused } = await this.states.outlook([...this.keys.keys()]);
    const details = { provider, requestId: failure?.requestId, cause: failure };
    const waits = laterMs === undefined ? blockedMs : [...blockedMs.filter((ms) => ms > 0), laterMs];
    if (waits.length > 0) {
      const said =
        failure?.code === 'rate_limited' ? failure.message : `${provider}: every usable key must pause`;
      return new ProviderFailure('rate_limited', said, {
        ...details,
        retryAfterMs: Math.ceil(Math.min(...waits)),
        called: failure !== undefined,
      });
    }
    return new ProviderFailure(
      refused.includes('exhausted') ? 'quota_exhausted' : 'unauthorised',
      `all ${this.keys.size} keys of ${provider} are refused (revoked or exhausted): ` +
        `put a new one into ${settingName} or restore one with vox provider-keys restore`,
      details,
    );
  }

  /** Every call begins with another key, so that calls are spread where limits do not spread them. */
  private inTurn(): string[] {
    const fingerprints = [...this.keys.keys()];
    const first = this.turns++ % fingerprints.length;
    return [...fingerprints.slice(first), ...fingerprints.slice(0, first)];
  }

  private register(): Promise<void> {
    this.registration ??= this.states.register([...this.keys.values()]).catch((error: unknown) => {
      this.registration = undefined;
      throw error;
    });
    return this.registration;
  }

  /** For what is noted after the fact: its loss costs a little of the limit for a while, nothing else. */
  private async quietly(note: () => Promise<void> | undefined): Promise<void> {
    try {
      await note();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.options.log.warn(`A call to ${this.options.provider} could not be noted: ${why}`);
    }
  }
}

function isLaterUnbooked(place: Place): boolean {
  return place.bookingId === undefined && place.waitMs > 0;
}
