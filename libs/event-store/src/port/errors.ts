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

/** The connection broke between sending an append and its answer: it may have been applied. */
export class AppendOutcomeUnknown extends Error {
  constructor(
    readonly stream: string,
    cause: unknown,
  ) {
    super(`Stream ${stream}: the outcome of an append is unknown`, { cause });
    this.name = 'AppendOutcomeUnknown';
  }
}

/** The store cannot be reached. Nothing was written by this call. */
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

/** A position token that does not parse, or that was given out by another log. */
export class InvalidPositionToken extends Error {
  constructor(readonly reason: 'malformed' | 'another_log' | 'beyond_the_end') {
    super(`Invalid position token: ${reason}`);
    this.name = 'InvalidPositionToken';
  }
}
