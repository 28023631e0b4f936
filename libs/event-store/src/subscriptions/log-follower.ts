import { errorCode } from '@voxpersona/platform';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventInvalid } from '../codec/event-codec';
import { EventTampered } from '../codec/hash-chain';
import { SealBroken } from '../codec/sealing';
import { isStoreTransient } from '../outcomes/store-transient';
import { Position, START, StoredEvent } from '../port/event-store';
import { CheckpointAhead, CheckpointFenced } from './checkpoints';

export type FollowerStatus =
  | { state: 'running'; position: Position; caughtUp: boolean }
  /** Another process runs it; this one takes over when that one ends. */
  | { state: 'standby'; position: Position }
  /** Waits for the database; goes on by itself. */
  | { state: 'waiting'; position: Position; reason: string }
  /** Cannot handle an event; goes on with a build, or data, that can. */
  | { state: 'halted'; position: Position; reason: string; at: string }
  | { state: 'stopped'; position: Position };

export interface FollowerLog {
  warn(message: string): void;
  error(message: string): void;
}

/** An event that who follows the log could not handle. */
export class EventNotHandled extends Error {
  /** Why, without anything that the event says: it may be kept, and shown. The message may quote the event. */
  readonly reason: string;

  constructor(
    readonly event: StoredEvent,
    cause: unknown,
  ) {
    super(nameAndMessage(cause), { cause });
    this.name = 'EventNotHandled';
    this.reason = reasonOf(cause);
  }
}

/** Of our own errors every word, which are ours; of others the kind and the code. */
function reasonOf(cause: unknown): string {
  const ours = [EventInvalid, EventTampered, EventTypeUnknown, SealBroken];
  if (cause instanceof Error && ours.some((kind) => cause instanceof kind)) return cause.message;
  const code = errorCode(cause);
  return `${cause instanceof Error ? cause.name : 'Error'}${code === undefined ? '' : ` ${code}`}`;
}

/** Why an event was parked, or a consumer halted: a newer build wrote it. */
export const UNKNOWN_TYPE = 'this build does not know events of this type';

/** An event that only a newer build can handle. */
export class EventTypeUnknown extends Error {
  constructor() {
    super(UNKNOWN_TYPE);
    this.name = 'EventTypeUnknown';
  }
}

const RETRY_MILLISECONDS = 1_000;
/** A newer build may have handled the event meanwhile. */
const RETRY_UNKNOWN_MILLISECONDS = 30_000;

/**
 * The life of something that follows the log: it runs until it is stopped, waits while the database is away, and halts,
 * visibly, at what it cannot handle.
 */
export abstract class LogFollower {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private current: FollowerStatus = { state: 'stopped', position: START };

  protected constructor(
    readonly name: string,
    protected readonly log: FollowerLog,
  ) {}

  get status(): FollowerStatus {
    return this.current;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends after what is being applied. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.current = { state: 'stopped', position: this.current.position };
  }

  /** Follows from where it stands until the signal ends it; throws when it cannot go on. */
  protected abstract follow(signal: AbortSignal): Promise<void>;

  /** Whether to go on after a failure, once it is over by itself. */
  protected isPassing(error: unknown): boolean {
    return isPassing(error);
  }

  /** Tells how far it has come. */
  protected reached(position: Position, caughtUp: boolean): void {
    this.current = { state: 'running', position, caughtUp };
  }

  /** Tells that it leaves the work to another process. */
  protected standBy(): void {
    this.current = { state: 'standby', position: this.current.position };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (error) {
        const delay = this.delayAfter(error);
        if (delay === undefined) return;
        await sleep(delay, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Notes a failure. @returns milliseconds until the next try; undefined: there is none */
  private delayAfter(error: unknown): number | undefined {
    const { position } = this.current;
    const reason = error instanceof EventNotHandled ? error.message : nameAndMessage(error);
    if (this.isPassing(error)) {
      this.current = { state: 'waiting', position, reason };
      this.log.warn(`${this.name} waits: ${reason}`);
      return RETRY_MILLISECONDS;
    }
    const at =
      error instanceof EventNotHandled ? `${error.event.type} ${error.event.id}` : `after ${position}`;
    this.current = { state: 'halted', position, reason, at };
    this.log.error(`${this.name} halted at ${at}: ${reason}`);
    const isForNewerBuild = error instanceof EventNotHandled && error.cause instanceof EventTypeUnknown;
    return isForNewerBuild ? RETRY_UNKNOWN_MILLISECONDS : undefined;
  }
}

/** True for trouble that ends by itself and says nothing about an event. */
export function isPassing(error: unknown): boolean {
  return error instanceof CheckpointFenced || error instanceof CheckpointAhead || isStoreTransient(error);
}

function nameAndMessage(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
