/** Any value that survives JSON unchanged. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Revision of an event inside its stream: 0 for the first, then without gaps. */
export type Revision = number;

/** What the writer believes the stream's last revision to be. There is no `any`: see invariant 1. */
export type ExpectedRevision = Revision | 'no_stream';

declare const opaque: unique symbol;

/**
 * Place of an event in the whole log. Grows with every event; a position may be skipped by a store but never
 * appears later than a greater one. `START` is before the first event.
 *
 * Positions can be compared, and nothing else: a store need not know any position but those that it gave out, so what is
 * computed from one is a `bigint` and no `Position`.
 */
export type Position = bigint & { readonly [opaque]: true };
export const START = 0n as Position;

/** A position as it was kept in a row, a file or a token: digits. */
export function toPosition(digits: string): Position {
  return BigInt(digits) as Position;
}

/** An event as it is handed to the store: already sealed, hashed and final to the byte. */
export interface EventToAppend {
  /** UUID. Appending the same id twice at the same place is recognised as a repetition. */
  id: string;
  type: string;
  data: JsonObject;
  metadata: JsonObject;
}

/** An event as it is read back. `data` and `metadata` are what was appended, key order included. */
export interface StoredEvent extends EventToAppend {
  stream: string;
  revision: Revision;
  position: Position;
}

export interface AppendResult {
  /** Revision of the last event of this append. */
  revision: Revision;
  /** Position of the last event of this append. */
  position: Position;
  /**
   * True when events with these ids were in this place already and nothing was written. False only where the log holds
   * exactly the bytes of this append.
   */
  repeated: boolean;
}

/** Which events of the log are wanted. An event must match every condition given. */
export interface EventFilter {
  /** Stream names must start with one of these, for example `recording-`. */
  streamPrefixes?: readonly string[];
  types?: readonly string[];
}

export interface ReadStreamOptions {
  /** First revision to read; default 0, backwards the last one. */
  from?: Revision;
  /** Backwards: the newest first, down to revision 0. Default forwards. */
  direction?: 'forwards' | 'backwards';
}

interface PageOptions {
  filter?: EventFilter;
  /** At most so many events; default 1,000. */
  limit?: number;
}

export type ReadAllOptions =
  /** Events after this position, the oldest first; default `START`. */
  | (PageOptions & { direction?: 'forwards'; after?: Position })
  /** The event at this position and those after it, the oldest first. */
  | (PageOptions & { direction?: 'forwards'; from: Position })
  /** Events before this position, the newest first; default from the end of the log. */
  | (PageOptions & { direction: 'backwards'; before?: Position });

export interface ReadAllPage {
  events: StoredEvent[];
  /**
   * Everything up to here has been looked at, events that the filter left out included. Read on `after` this, or `before`
   * it where the page was read backwards.
   */
  position: Position;
  /** True when the end of the log was reached; backwards, its beginning. */
  atEnd: boolean;
}

/**
 * What a subscription yields, in order:
 * - `event`      an event that the filter lets through
 * - `checkpoint` nothing of interest up to this position: a runner may move its checkpoint
 * - `caughtUp`   every event that was in the log when this was made has been yielded before it
 */
export type SubscriptionItem =
  | { kind: 'event'; event: StoredEvent }
  | { kind: 'checkpoint'; position: Position }
  | { kind: 'caughtUp'; position: Position };

export interface SubscribeOptions {
  /** Yield events after this position; default `START`. */
  after?: Position;
  filter?: EventFilter;
  /** Ends the subscription (the iteration completes normally). */
  signal?: AbortSignal;
}

/**
 * Port: an append-only log of events in streams.
 *
 * Every method rejects with `EventStoreUnavailable` when the store cannot be reached.
 */
export interface EventStore {
  /** Identity of this log; positions of another log mean nothing here. */
  logId(): Promise<string>;

  /**
   * Appends all events or none.
   *
   * Idempotent: when `expectedRevision` lies behind the stream's end and exactly these ids stand right after it,
   * the first append's result is given again with `repeated: true`. The events there may differ from these in everything
   * but their ids.
   *
   * One call is one try. A store remembers which appends were unclear, and never answers a later try of one with
   * `EventStoreUnavailable`: see `appendUntilKnown`, which repeats a try until its outcome is known.
   *
   * @throws WrongExpectedRevision with the actual revision
   * @throws AppendOutcomeUnknown when the answer was lost, of this try or of an earlier one: append the same bytes again at
   *         the same `expectedRevision`
   * @throws EventTooLarge
   * @throws DuplicateEventId when an id exists elsewhere in the log (only stores that can know it)
   * @throws ClockAhead when `recordedAt` in the metadata of an event is ahead of the store's clock (only stores that compare
   *         it). A repetition is recognised first
   */
  append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: ExpectedRevision,
  ): Promise<AppendResult>;

  /** The stream's events in order; empty for a stream that does not exist. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent>;

  /** One page of the log, in the order of positions. */
  readAll(options?: ReadAllOptions): Promise<ReadAllPage>;

  /** Position of the last event, `START` for an empty log. */
  head(): Promise<Position>;

  /** Catch-up subscription: what is there, then what comes. Reconnects by itself, without a gap or a double. */
  subscribe(options?: SubscribeOptions): AsyncIterable<SubscriptionItem>;

  /** Rejects when the store cannot be used now, or appends have been waiting for too long (readiness). */
  check(): Promise<void>;
}
