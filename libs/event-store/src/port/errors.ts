import { ExpectedRevision, Revision } from './event-store';

/** The stream is not where the writer believed it to be. */
export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** The stream's last revision, or `no_stream`. */
    readonly actual: Revision | 'no_stream',
  ) {
    super(`Stream ${stream}: expected revision ${expected}, actual ${actual}`);
    this.name = 'WrongExpectedRevision';
  }
}

/**
 * The answer to an append was lost: the events may be in the log, or may still arrive there. Nothing that they name may be
 * deleted, and the same command can be sent again.
 */
export class AppendOutcomeUnknown extends Error {
  constructor(
    readonly stream: string,
    cause: unknown,
  ) {
    super(`Stream ${stream}: the outcome of an append is unknown`, { cause });
    this.name = 'AppendOutcomeUnknown';
  }
}

/** The store cannot be reached. Nothing was written: not by this call, nor by an earlier try of the same append. */
export class EventStoreUnavailable extends Error {
  /** @param message what is known of the reason, without any secret */
  constructor(cause: unknown, message = 'The event store cannot be reached') {
    super(message, { cause });
    this.name = 'EventStoreUnavailable';
  }
}

/** An event is larger than the store takes. */
export class EventTooLarge extends Error {
  constructor(
    readonly stream: string,
    readonly type: string,
    readonly sizeBytes: number,
    readonly limitBytes: number,
  ) {
    super(`Event ${type} of stream ${stream} has ${sizeBytes} bytes; the store takes ${limitBytes}`);
    this.name = 'EventTooLarge';
  }
}

/** An event's id is taken by an event elsewhere in the log: not a repetition, a mistake. */
export class DuplicateEventId extends Error {
  constructor(
    readonly stream: string,
    cause: unknown,
  ) {
    super(`Stream ${stream}: an event id of this append exists elsewhere in the log`, { cause });
    this.name = 'DuplicateEventId';
  }
}

/**
 * The writer's clock runs ahead of the store's by more than the store takes: `asOf` would be wrong for everybody until that time
 * is reached. Nothing was written by this try; append again with a time that the store takes.
 */
export class ClockAhead extends Error {
  /** The store's time when it judged the append, as ISO 8601, UTC. */
  readonly storeTime: string;

  /**
   * @param recordedAt latest time of the events, in milliseconds
   * @param storeNow the store's time, in milliseconds
   */
  constructor(
    readonly stream: string,
    recordedAt: number,
    storeNow: number,
    maxAheadMs: number,
  ) {
    const seconds = Math.round((recordedAt - storeNow) / 1_000);
    super(
      `Stream ${stream}: an event is stamped ${seconds} s ahead of the event store's clock, which allows ` +
        `${maxAheadMs / 1_000} s. Set this machine's clock.`,
    );
    this.name = 'ClockAhead';
    this.storeTime = new Date(storeNow).toISOString();
  }
}

/** Other writers were faster again and again. The command had no effect and can be sent again. */
export class StreamContention extends Error {
  constructor(readonly stream: string) {
    super(`Stream ${stream} is written by too many at once`);
    this.name = 'StreamContention';
  }
}

/** A stream is not there as it was written: somebody deleted it in the store, or cut its beginning off. */
export class StreamRemoved extends Error {
  constructor(
    readonly stream: string,
    cause?: unknown,
  ) {
    super(
      `Stream ${stream} was deleted or truncated in the event store; nothing is read from it or appended`,
      {
        cause,
      },
    );
    this.name = 'StreamRemoved';
  }
}

/** A position token that does not parse, or that was given out by another log. */
export class InvalidPositionToken extends Error {
  constructor(readonly reason: 'malformed' | 'another_log' | 'beyond_the_end' | 'no_event_there') {
    super(`Invalid position token: ${reason}`);
    this.name = 'InvalidPositionToken';
  }
}

/** A store was asked to read from a position at which it holds no event: it never gave that out, or the event was removed. */
export class NoEventAtPosition extends InvalidPositionToken {
  constructor(cause: unknown) {
    super('no_event_there');
    this.name = 'NoEventAtPosition';
    this.cause = cause;
  }
}
